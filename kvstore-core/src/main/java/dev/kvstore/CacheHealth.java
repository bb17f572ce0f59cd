package dev.kvstore;

import java.time.Duration;
import java.time.Instant;

/**
 * How a near-cache fares. The counts begin when it was opened and are read one after another, not
 * as one snapshot.
 *
 * @param coherent whether what is held is served
 * @param since since when that is so
 * @param lag how old at most the feed's last proof is that the cache is up to date; the time since
 *     opening where there was none yet
 * @param hits reads that were answered from memory; a few less where many threads read at the same
 *     time
 * @param misses reads that were not
 * @param loads times that the database was asked because of misses; less where readers share one
 * @param invalidations entries that were removed because of a change elsewhere
 * @param bypasses misses that asked the database whatever was held: by demand, or as the cache was
 *     not coherent
 * @param staleReads reads that were answered with an entry marked as stale
 * @param entries how many keys are held
 * @param weight bytes that are held, as the settings' maximum counts them
 */
public record CacheHealth(
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
    long weight) {}
