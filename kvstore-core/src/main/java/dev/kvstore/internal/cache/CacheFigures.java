package dev.kvstore.internal.cache;

import dev.kvstore.CacheHealth;
import java.time.Duration;
import java.time.Instant;

/** The health of one near-cache, or the combined health of several. */
public record CacheFigures(
    boolean coherent,
    Instant since,
    Duration lag,
    long hits,
    long misses,
    long loads,
    long invalidations,
    long bypasses,
    long staleReads,
    long entries,
    long weight)
    implements CacheHealth {
  /** The health of zero caches. */
  static final CacheFigures NONE =
      new CacheFigures(true, Instant.EPOCH, Duration.ZERO, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Combines two figures: sums the counters and takes the worse of the other values. */
  CacheFigures plus(CacheFigures other) {
    return new CacheFigures(
        coherent && other.coherent,
        since.isAfter(other.since) ? since : other.since,
        lag.compareTo(other.lag) > 0 ? lag : other.lag,
        hits + other.hits,
        misses + other.misses,
        loads + other.loads,
        invalidations + other.invalidations,
        bypasses + other.bypasses,
        staleReads + other.staleReads,
        entries + other.entries,
        weight + other.weight);
  }

  /** Returns only the counters, to keep after the cache was dropped. */
  CacheFigures counts() {
    return new CacheFigures(
        true,
        Instant.EPOCH,
        Duration.ZERO,
        hits,
        misses,
        loads,
        invalidations,
        bypasses,
        staleReads,
        0,
        0);
  }
}
