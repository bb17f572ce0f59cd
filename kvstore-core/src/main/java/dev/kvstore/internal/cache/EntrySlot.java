package dev.kvstore.internal.cache;

import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVType;
import dev.kvstore.spi.CachedEntry;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.RawValue;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A cached entry, or the cached absence of one. */
final class EntrySlot implements Slot, CachedEntry {
  /**
   * The measured overhead: the map's node and table, this object, the entry's metadata, array
   * headers.
   */
  private static final int OVERHEAD_BYTES = 480;

  private static final int ABSENT_OVERHEAD_BYTES = 200;

  private static final int VALUE_OVERHEAD_BYTES = 40;

  private static final byte BSON_DOCUMENT = 3;
  private static final byte BSON_ARRAY = 4;

  private final Slots slots;
  private final String key;
  private final Optional<KVEntry<RawValue>> entry;
  private final @Nullable KVType<?> type;
  private final @Nullable Object value;
  private final int bytes;
  private final long goodUntil;
  private final long expiresAt;
  private final boolean perpetual;
  private @Nullable RememberedValue remembered; // guarded by this
  private boolean ended; // guarded by this

  /**
   * @param goodUntil the end of its time to live by the cache's clock, or {@link CacheClock#NEVER}
   */
  EntrySlot(Slots slots, String key, Optional<KVEntry<RawValue>> entry, long goodUntil) {
    this(slots, key, entry, goodUntil, null, null, 0);
  }

  private EntrySlot(
      Slots slots,
      String key,
      Optional<KVEntry<RawValue>> entry,
      long goodUntil,
      @Nullable KVType<?> type,
      @Nullable Object value,
      int bytes) {
    this.slots = slots;
    this.key = key;
    this.entry = entry;
    this.goodUntil = goodUntil;
    this.type = type;
    this.value = value;
    this.bytes = bytes;
    this.expiresAt =
        entry.flatMap(KVEntry::expiresAt).map(Instant::toEpochMilli).orElse(CacheClock.NEVER);
    this.perpetual = goodUntil == CacheClock.NEVER && expiresAt == CacheClock.NEVER;
  }

  @Override
  public Optional<KVEntry<RawValue>> entry() {
    return entry;
  }

  @Override
  public @Nullable Object valueAs(KVType<?> wanted) {
    return wanted.equals(type) ? value : null;
  }

  @Override
  public @Nullable Object valueAs(Class<?> wanted) {
    return type != null && type.type() == wanted && !type.isLenient() ? value : null;
  }

  @Override
  public void keep(KVType<?> newType, Object newValue, int newBytes) {
    slots.exchange(
        key, this, new EntrySlot(slots, key, entry, goodUntil, newType, newValue, newBytes));
  }

  /** Returns the value for readers to keep; null if the entry has a time to live or an expiry. */
  synchronized @Nullable RememberedValue remember(
      KVType<?> wanted, Function<Object, RememberedValue> factory) {
    Object decoded = valueAs(wanted);
    if (ended || !perpetual || decoded == null) {
      return null;
    }
    if (remembered == null) {
      remembered = factory.apply(decoded);
    }
    return remembered;
  }

  @Override
  public synchronized void end() {
    ended = true;
    if (remembered != null) {
      remembered.end();
    }
  }

  /** Returns a copy to put back into the map after this slot has ended. */
  EntrySlot revived() {
    return new EntrySlot(slots, key, entry, goodUntil, type, value, bytes);
  }

  @Override
  public EntrySlot held() {
    return this;
  }

  /** Returns true if this entry may be served while the cache may serve at all. */
  boolean isGood(CoherenceLease freshness, CacheClock clock) {
    return perpetual || (freshness.now() < goodUntil && !isExpired(clock));
  }

  /**
   * Returns true if the entry itself has expired, so that it must not be served, not even as stale.
   */
  boolean isExpired(CacheClock clock) {
    return expiresAt != CacheClock.NEVER && expiresAt <= clock.millis();
  }

  boolean expires() {
    return expiresAt != CacheClock.NEVER;
  }

  /** Returns true if this is the state after the change. */
  boolean isOutcome(Change change) {
    return change.kind() == KVChange.Kind.SET
        ? entry.isPresent()
            && entry.get().version() == change.version()
            && entry.get().etag().equals(change.etag())
        : entry.isEmpty();
  }

  /** Returns true if this is the entry that was read; null means that the key was absent. */
  boolean isOf(@Nullable KVMetadata read) {
    String own = entry.map(KVEntry::etag).orElse(null);
    return Objects.equals(own, read == null ? null : read.etag());
  }

  @Override
  public int weight() {
    if (entry.isEmpty()) {
      return ABSENT_OVERHEAD_BYTES + key.length();
    }
    RawValue raw = entry.get().value();
    int size = raw == null ? 0 : raw.size();
    return (int)
        Math.min(Integer.MAX_VALUE, OVERHEAD_BYTES + key.length() + size + valueWeight(raw, size));
  }

  private long valueWeight(@Nullable RawValue raw, int size) {
    if (value == null) {
      return 0;
    }
    return bytes > 0
        ? VALUE_OVERHEAD_BYTES + bytes
        : VALUE_OVERHEAD_BYTES + (long) size * (isContainer(raw) ? 4 : 1);
  }

  /**
   * Returns true for documents and arrays, whose decoded trees take several times the size of their
   * BSON.
   */
  private static boolean isContainer(@Nullable RawValue raw) {
    return raw != null && (raw.typeNumber() == BSON_DOCUMENT || raw.typeNumber() == BSON_ARRAY);
  }
}
