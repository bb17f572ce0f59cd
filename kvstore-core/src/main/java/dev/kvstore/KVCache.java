package dev.kvstore;

/**
 * The near-cache in front of a store: how it fares, and how to empty it. Needed by nobody for right
 * answers: the cache follows the database by itself. Thread-safe; no method reaches the database.
 */
public interface KVCache {
  /** Returns how the cache fares now. */
  CacheHealth health();

  /** Lets the next read of the key ask the database, whether or not anything is held of it. */
  void invalidate(String key);

  /** Lets the next read of each key ask the database. */
  void invalidateAll();
}
