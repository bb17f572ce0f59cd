package dev.kvstore.cache;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.Decoded;
import dev.kvstore.spi.HeldEntry;
import dev.kvstore.spi.RawValue;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An entry in memory, or that there is none. */
final class Held implements Slot, HeldEntry {
  /**
   * What is around a key and its value, measured: the map's node and table, this object, the entry
   * with its metadata, the headers of the arrays.
   */
  private static final int OVERHEAD_BYTES = 480;

  private static final int ABSENT_OVERHEAD_BYTES = 200;

  private static final int DECODED_OVERHEAD_BYTES = 64;

  private static final byte BSON_DOCUMENT = 3;
  private static final byte BSON_ARRAY = 4;

  private final Slots slots;
  private final String key;
  private final Optional<KVEntry<RawValue>> entry;
  private final @Nullable Decoded decoded;
  private final long goodUntil;
  private final long expiresAt;
  private final boolean perpetual;

  /** @param goodUntil by the cache's clock, or {@link CacheClock#NEVER} */
  Held(Slots slots, String key, Optional<KVEntry<RawValue>> entry, long goodUntil) {
    this(slots, key, entry, goodUntil, null);
  }

  private Held(
      Slots slots,
      String key,
      Optional<KVEntry<RawValue>> entry,
      long goodUntil,
      @Nullable Decoded decoded) {
    this.slots = slots;
    this.key = key;
    this.entry = entry;
    this.goodUntil = goodUntil;
    this.decoded = decoded;
    this.expiresAt =
        entry.flatMap(KVEntry::expiresAt).map(Instant::toEpochMilli).orElse(CacheClock.NEVER);
    this.perpetual = goodUntil == CacheClock.NEVER && expiresAt == CacheClock.NEVER;
  }

  @Override
  public Optional<KVEntry<RawValue>> entry() {
    return entry;
  }

  @Override
  public @Nullable Decoded decoded() {
    return decoded;
  }

  @Override
  public void keep(Decoded newDecoded) {
    slots.exchange(key, this, new Held(slots, key, entry, goodUntil, newDecoded));
  }

  @Override
  public Held held() {
    return this;
  }

  /** Whether it may be served, if the cache may serve at all. */
  boolean isGood(CacheClock clock) {
    return perpetual || (clock.coarseNanos() < goodUntil && !isExpired(clock));
  }

  /** Whether the entry's own time to live is over: then it must not be served in any case. */
  boolean isExpired(CacheClock clock) {
    return expiresAt != CacheClock.NEVER && expiresAt <= clock.millis();
  }

  boolean expires() {
    return expiresAt != CacheClock.NEVER;
  }

  /** Whether this is what the change left behind. */
  boolean isOutcome(Change change) {
    return change.kind() == Change.Kind.SET
        ? entry.isPresent()
            && entry.get().version() == change.version()
            && entry.get().etag().equals(change.etag())
        : entry.isEmpty();
  }

  /** Whether this is what somebody else has read. */
  boolean isOf(@Nullable KVMetadata read) {
    String own = entry.map(KVEntry::etag).orElse(null);
    return Objects.equals(own, read == null ? null : read.etag());
  }

  @Override
  public int weight() {
    if (entry.isEmpty()) {
      return ABSENT_OVERHEAD_BYTES + key.length();
    }
    RawValue value = entry.get().value();
    int size = value == null ? 0 : value.size();
    return (int) Math.min(
        Integer.MAX_VALUE, OVERHEAD_BYTES + key.length() + size + decodedWeight(value, size));
  }

  private long decodedWeight(@Nullable RawValue value, int size) {
    if (decoded == null) {
      return 0;
    }
    return decoded.bytes() > 0
        ? DECODED_OVERHEAD_BYTES + decoded.bytes()
        : DECODED_OVERHEAD_BYTES + (long) size * (isContainer(value) ? 4 : 1);
  }

  /** Trees of boxed values take several times what their BSON takes. */
  private static boolean isContainer(@Nullable RawValue value) {
    return value != null
        && (value.typeNumber() == BSON_DOCUMENT || value.typeNumber() == BSON_ARRAY);
  }
}
