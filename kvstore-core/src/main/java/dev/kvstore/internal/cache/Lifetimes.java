package dev.kvstore.internal.cache;

import dev.kvstore.KVEntry;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.spi.RawValue;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides how long an entry is cached. */
final class Lifetimes {
  private final Slots slots;
  private final long present;
  private final long absent;

  Lifetimes(NearCacheSettings settings, Slots slots) {
    this.slots = slots;
    this.present = settings.timeToLive().map(CoherenceLease::nanos).orElse(CacheClock.NEVER);
    this.absent = Math.min(present, CoherenceLease.nanos(settings.absenceTimeToLive()));
  }

  /**
   * Returns the slot to cache for an entry read at this time; null if it must not be cached, for
   * example because it is stale.
   */
  @Nullable
  EntrySlot hold(String key, Optional<KVEntry<RawValue>> entry, long asOf) {
    if (entry.isPresent() && entry.get().stale()) {
      return null;
    }
    long time = entry.isPresent() ? present : absent;
    if (time == CacheClock.NEVER) {
      return new EntrySlot(slots, key, cached(entry), CacheClock.NEVER);
    }
    // The coarse time may lag by a tick.
    return time == 0
        ? null
        : new EntrySlot(slots, key, cached(entry), asOf + time - CacheClock.TICK);
  }

  /** Sets the source to the cache; done here, so that hits need not do it. */
  private static Optional<KVEntry<RawValue>> cached(Optional<KVEntry<RawValue>> entry) {
    return entry.map(
        from -> KVEntry.of(from.value(), from.metadata(), from.stale(), KVEntry.Source.CACHE));
  }
}
