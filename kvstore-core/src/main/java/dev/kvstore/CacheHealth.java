package dev.kvstore;

import java.time.Duration;
import java.time.Instant;

/**
 * The health of a near-cache. Counts start when it is opened. Not a snapshot: they are read one
 * after another. Not for implementation by applications: methods will be added.
 */
public interface CacheHealth {
  /** Returns true if the cache answers reads. */
  boolean coherent();

  /** Returns when {@link #coherent()} last changed. */
  Instant since();

  /**
   * Returns the maximum age of the last proof that the cache is up to date; the time since opening
   * if there was none yet.
   */
  Duration lag();

  /**
   * Returns the number of reads answered from memory; slightly less if many threads read
   * concurrently.
   */
  long hits();

  /** Returns the number of reads not answered from memory. */
  long misses();

  /**
   * Returns the number of reads of the database because of misses; fewer than misses if readers
   * share one.
   */
  long loads();

  /** Returns the number of entries removed because of a change elsewhere. */
  long invalidations();

  /**
   * Returns the number of misses that ignored the cached entry: on request, or because the cache
   * was not coherent.
   */
  long bypasses();

  /** Returns the number of reads answered with an entry marked as stale. */
  long staleReads();

  /** Returns the number of cached keys. */
  long entries();

  /**
   * Returns the size of the cache in bytes, as {@link NearCacheSettings#maximumBytes()} counts it.
   */
  long weight();
}
