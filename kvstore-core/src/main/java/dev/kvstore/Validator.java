package dev.kvstore;

import java.util.Optional;

/** A rule for values. Implementations must be thread-safe and without side effects. */
@FunctionalInterface
public interface Validator<T> {
  /**
   * Returns what is wrong with the value as a sentence without a subject, for example {@code must
   * be at most 10}; empty if it is valid. The sentence must not contain the value, which may be
   * secret.
   */
  Optional<String> problemWith(T value);
}
