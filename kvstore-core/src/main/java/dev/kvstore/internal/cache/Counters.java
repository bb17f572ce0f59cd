package dev.kvstore.internal.cache;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/** The counters of a cache. Thread-safe. */
final class Counters {
  /**
   * The number of hit counters. Each thread uses one; they are spaced out to avoid false sharing.
   */
  private static final int STRIPES = 32;

  private static final int LONGS_APART = 8;

  private final AtomicLong mostHits = new AtomicLong();
  private final AtomicLongArray hits = new AtomicLongArray(STRIPES * LONGS_APART);
  final LongAdder misses = new LongAdder();
  final LongAdder loads = new LongAdder();
  final LongAdder invalidations = new LongAdder();
  final LongAdder bypasses = new LongAdder();
  final LongAdder staleReads = new LongAdder();

  /**
   * Counts a hit. Not atomic, as that would be most of the cost of a hit, so some hits may be lost.
   */
  void hit() {
    int stripe = ((int) Thread.currentThread().getId() & (STRIPES - 1)) * LONGS_APART;
    hits.setOpaque(stripe, hits.getOpaque(stripe) + 1);
  }

  private long hits() {
    long sum = IntStream.range(0, STRIPES)
        .mapToLong(i -> hits.getOpaque(i * LONGS_APART))
        .sum();
    // A decreasing count would be taken for a restarted counter.
    return mostHits.accumulateAndGet(sum, Math::max);
  }

  CacheFigures health(CoherenceLease freshness, Slots slots) {
    return new CacheFigures(
        freshness.isServing(),
        freshness.since(),
        freshness.lag(),
        hits(),
        misses.sum(),
        loads.sum(),
        invalidations.sum(),
        bypasses.sum(),
        staleReads.sum(),
        slots.count(),
        slots.weight());
  }
}
