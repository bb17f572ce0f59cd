package dev.kvstore;

import java.time.Duration;
import java.time.Instant;

/**
 * The health of a near-cache. The counts begin when it was opened and are read one after another,
 * not as one snapshot. Implemented by this library only: methods will be added.
 */
public interface CacheHealth {
  /** Returns true if the cache serves what it holds. */
  boolean coherent();

  /** Returns since when {@link #coherent()} is what it is. */
  Instant since();

  /**
   * Returns the age of the change feed's last proof that the cache is up to date, at most; the time
   * since opening where there was none yet.
   */
  Duration lag();

  /**
   * Returns how many reads were answered from memory; a few less if many threads read at a time.
   */
  long hits();

  /** Returns how many reads were not answered from memory. */
  long misses();

  /**
   * Returns how often the database was asked because of misses; less often than there were misses
   * where readers share an answer.
   */
  long loads();

  /** Returns how many entries were removed because of a change elsewhere. */
  long invalidations();

  /**
   * Returns how many misses asked the database whatever was held: on demand, or because the cache
   * was not coherent.
   */
  long bypasses();

  /** Returns how many reads were answered with an entry marked as stale. */
  long staleReads();

  /** Returns how many keys are held. */
  long entries();

  /** Returns how many bytes are held, as the settings' maximum counts them. */
  long weight();
}
