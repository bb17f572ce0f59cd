package dev.kvstore.internal.cache;

import dev.kvstore.CacheHealth;
import java.time.Duration;
import java.time.Instant;

/** How several caches fare, taken together. */
final class Totals {
  /** How no cache at all fares. */
  static final CacheHealth NONE =
      new CacheHealth(true, Instant.EPOCH, Duration.ZERO, 0, 0, 0, 0, 0, 0, 0, 0);

  private Totals() {}

  /** Adds up what can be, and takes the worse of what cannot. */
  static CacheHealth add(CacheHealth one, CacheHealth other) {
    return new CacheHealth(
        one.coherent() && other.coherent(),
        one.since().isAfter(other.since()) ? one.since() : other.since(),
        one.lag().compareTo(other.lag()) > 0 ? one.lag() : other.lag(),
        one.hits() + other.hits(),
        one.misses() + other.misses(),
        one.loads() + other.loads(),
        one.invalidations() + other.invalidations(),
        one.bypasses() + other.bypasses(),
        one.staleReads() + other.staleReads(),
        one.entries() + other.entries(),
        one.weight() + other.weight());
  }

  /** Returns what is left of a cache that is gone: what it has counted. */
  static CacheHealth counts(CacheHealth gone) {
    return new CacheHealth(
        true,
        Instant.EPOCH,
        Duration.ZERO,
        gone.hits(),
        gone.misses(),
        gone.loads(),
        gone.invalidations(),
        gone.bypasses(),
        gone.staleReads(),
        0,
        0);
  }
}
