package dev.kvstore;

import java.util.Optional;

/**
 * The health of a {@link KVDatabase} at one moment. Implemented by this library only: methods will
 * be added.
 */
public interface KVHealth {
  /** Returns whether the database answered. */
  default boolean isAvailable() {
    return problem().isEmpty();
  }

  /** Returns why the database did not answer; empty if it did. */
  Optional<String> problem();

  /** Returns the health of the near-caches of all stores together; empty if there are none. */
  Optional<CacheHealth> cache();
}
