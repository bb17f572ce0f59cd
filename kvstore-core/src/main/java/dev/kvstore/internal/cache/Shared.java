package dev.kvstore.internal.cache;

/** A near-cache with the tracking of its use, for dropping it when idle. Thread-safe. */
final class Shared {
  private final NearCache cache;
  private volatile boolean used;
  private volatile boolean retired;
  private int idleRounds; // guarded by the caches' lock

  Shared(NearCache cache) {
    this.cache = cache;
  }

  NearCache cache() {
    return cache;
  }

  /** Marks the cache as used. Every hit calls this, so it writes only if necessary. */
  void touch() {
    if (!used) {
      used = true;
    }
  }

  /**
   * Counts a round of upkeep and returns the number of rounds since the last use, including this
   * one.
   */
  int idleRounds() {
    idleRounds = used ? 0 : idleRounds + 1;
    used = false;
    return idleRounds;
  }

  /** Returns the number of idle rounds of upkeep. */
  int idle() {
    return used ? 0 : idleRounds;
  }

  /** Returns true if the cache was dropped; another may have replaced it. */
  boolean isRetired() {
    return retired;
  }

  void retire() {
    retired = true;
    cache.retire();
  }
}
