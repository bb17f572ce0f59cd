package dev.kvstore.internal.cache;

import dev.kvstore.CacheHealth;
import java.time.Duration;
import java.time.Instant;

/** The health of one near-cache, or of several taken together. */
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
  /** The health of no cache at all. */
  static final CacheFigures NONE =
      new CacheFigures(true, Instant.EPOCH, Duration.ZERO, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Adds up what can be, and takes the worse of what cannot. */
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

  /** Returns what is left of a cache that is gone: what it has counted. */
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
