package dev.kvstore;

import java.util.Optional;

/**
 * A rule for values. Must be free of side effects and thread-safe.
 *
 * @param <T> the values' type
 */
@FunctionalInterface
public interface Validator<T> {
  /**
   * Returns what is wrong with the value as a sentence without its subject, for example {@code must
   * be at most 10}; empty where nothing is. The sentence must not hold the value, which may be a
   * secret.
   */
  Optional<String> problemWith(T value);
}
