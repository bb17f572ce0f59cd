package dev.kvstore.internal.cache;

import dev.kvstore.KVEntry;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.spi.RawValue;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How long what was read or written is held. */
final class Lifetimes {
  private final Slots slots;
  private final long present;
  private final long absent;

  Lifetimes(NearCacheSettings settings, Slots slots) {
    this.slots = slots;
    this.present = settings.timeToLive().map(CoherenceLease::nanos).orElse(CacheClock.NEVER);
    this.absent = Math.min(present, CoherenceLease.nanos(settings.absenceTimeToLive()));
  }

  /** Returns what to cache of an entry as of that time; null for nothing, as if it is stale. */
  @Nullable
  EntrySlot hold(String key, Optional<KVEntry<RawValue>> entry, long asOf) {
    if (entry.isPresent() && entry.get().stale()) {
      return null;
    }
    long time = entry.isPresent() ? present : absent;
    if (time == CacheClock.NEVER) {
      return new EntrySlot(slots, key, cached(entry), CacheClock.NEVER);
    }
    // The coarse time may be a tick behind.
    return time == 0
        ? null
        : new EntrySlot(slots, key, cached(entry), asOf + time - CacheClock.TICK);
  }

  /** Says where it comes from now, while nobody waits for that. */
  private static Optional<KVEntry<RawValue>> cached(Optional<KVEntry<RawValue>> entry) {
    return entry.map(
        from -> KVEntry.of(from.value(), from.metadata(), from.stale(), KVEntry.Source.CACHE));
  }
}
