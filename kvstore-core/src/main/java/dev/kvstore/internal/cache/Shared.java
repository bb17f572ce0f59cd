package dev.kvstore.internal.cache;

/** A cache that is there as long as somebody uses it. Thread-safe. */
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

  /** Somebody uses it. Writes as seldom as can be, as every hit comes by here. */
  void touch() {
    if (!used) {
      used = true;
    }
  }

  /** Counts the rounds of upkeep since it was last used, with this one. */
  int idleRounds() {
    idleRounds = used ? 0 : idleRounds + 1;
    used = false;
    return idleRounds;
  }

  /** Returns for how many rounds of upkeep nobody has used it. */
  int idle() {
    return used ? 0 : idleRounds;
  }

  /** Whether there may be another cache in its place. */
  boolean isRetired() {
    return retired;
  }

  void retire() {
    retired = true;
    cache.retire();
  }
}
