package dev.kvstore;

import java.time.Duration;
import java.time.Instant;

/**
 * The health of a near-cache. Counters start when the cache is opened. They are read one after
 * another, so together they are not a snapshot. Not for implementation by applications: methods
 * will be added.
 */
public interface CacheHealth {
  /** Returns true if the cache answers reads. */
  boolean coherent();

  /** Returns when {@link #coherent()} last changed. */
  Instant since();

  /** Returns the age of the last proof that the cache is up to date, or the time since opening. */
  Duration lag();

  /** Returns the number of reads answered from memory; may be slightly too low under contention. */
  long hits();

  /** Returns the number of reads not answered from memory. */
  long misses();

  /** Returns the number of database reads caused by misses; concurrent misses can share one. */
  long loads();

  /** Returns the number of entries removed because of a change elsewhere. */
  long invalidations();

  /**
   * Returns the number of misses despite a cached entry: on request, or because the cache was not
   * coherent.
   */
  long bypasses();

  /** Returns the number of reads answered with an entry marked as stale. */
  long staleReads();

  /** Returns the number of cached keys. */
  long entries();

  /** Returns the size in bytes, as {@link NearCacheSettings#maximumBytes()} counts it. */
  long weight();
}
