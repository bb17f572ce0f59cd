package dev.kvstore.cache;

import dev.kvstore.KVEntry;
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
    this.present = settings.timeToLive().map(Freshness::nanos).orElse(CacheClock.NEVER);
    this.absent = Math.min(present, Freshness.nanos(settings.absenceTimeToLive()));
  }

  /**
   * Returns what to hold; null for nothing.
   *
   * @param asOf when the database was asked, by the cache's clock
   */
  @Nullable
  Held hold(String key, Optional<KVEntry<RawValue>> entry, long asOf) {
    long time = entry.isPresent() ? present : absent;
    if (time == CacheClock.NEVER) {
      return new Held(slots, key, entry, CacheClock.NEVER);
    }
    // The coarse time may be a tick behind.
    return time == 0 ? null : new Held(slots, key, entry, asOf + time - CacheClock.TICK);
  }
}
