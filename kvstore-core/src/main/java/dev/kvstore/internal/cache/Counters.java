package dev.kvstore.internal.cache;

import java.util.concurrent.atomic.LongAdder;

/** What the cache counts. Thread-safe. */
final class Counters {
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder loads = new LongAdder();
  private final LongAdder invalidations = new LongAdder();
  private final LongAdder bypasses = new LongAdder();
  private final LongAdder staleReads = new LongAdder();

  void hit() {
    hits.increment();
  }

  void misses(int count) {
    misses.add(count);
  }

  void load() {
    loads.increment();
  }

  void invalidation() {
    invalidations.increment();
  }

  void bypasses(int count) {
    bypasses.add(count);
  }

  void staleRead() {
    staleReads.increment();
  }

  CacheFigures health(CoherenceLease freshness, Slots slots) {
    return new CacheFigures(
        freshness.isServing(),
        freshness.since(),
        freshness.lag(),
        hits.sum(),
        misses.sum(),
        loads.sum(),
        invalidations.sum(),
        bypasses.sum(),
        staleReads.sum(),
        slots.count(),
        slots.weight());
  }
}
