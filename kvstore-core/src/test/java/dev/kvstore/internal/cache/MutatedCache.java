package dev.kvstore.internal.cache;

import dev.kvstore.NearCacheSettings;
import dev.kvstore.spi.EntryStore;
import java.time.InstantSource;

/** A mutant cache over a real store. */
final class MutatedCache {
  private MutatedCache() {}

  /** Ignores the reader of the parts, which is for a fake store. */
  static NearCache over(EntryStore store, NearCacheSettings settings, Rig.Parts parts) {
    CacheClock clock = new CacheClock("mutated", InstantSource.system());
    Slots slots = parts.slots(settings);
    CoherenceLease freshness = parts.freshness(settings, clock);
    Counters counters = new Counters();
    CacheReader reader = new CacheReader(store, settings, slots, freshness, clock, counters);
    NearCache cache = new NearCache(store, settings, slots, freshness, clock, counters, reader);
    cache.start(parts.feed(slots, freshness, counters));
    return cache;
  }
}
