package dev.kvstore;

/**
 * The near-cache of a store. You never need to invalidate it for correctness: the cache follows the
 * database by itself. Thread-safe; no method reaches the database.
 */
public interface KVCache {
  /** Returns the health of the cache. */
  CacheHealth health();

  /** Makes the next read of the key go to the database. */
  void invalidate(String key);

  /** Makes the next read of every key go to the database. */
  void invalidateAll();
}
