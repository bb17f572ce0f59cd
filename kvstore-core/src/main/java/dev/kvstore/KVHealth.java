package dev.kvstore;

import java.util.Optional;

/** The health of a {@link KVDatabase}. Not for implementation: methods will be added. */
public interface KVHealth {
  /** Returns true if the database answered. */
  default boolean isAvailable() {
    return problem().isEmpty();
  }

  /** Returns why the database did not answer; empty if it did. */
  Optional<String> problem();

  /** Returns the combined health of all near-caches; empty if there are none. */
  Optional<CacheHealth> cache();
}
