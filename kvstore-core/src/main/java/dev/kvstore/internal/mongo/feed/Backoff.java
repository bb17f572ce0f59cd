package dev.kvstore.internal.mongo.feed;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait after the n-th failure in a row: doubling, bounded, and never quite the same.
 */
final class Backoff {
  static final Duration SHORTEST = Duration.ofMillis(100);
  static final Duration LONGEST = Duration.ofSeconds(5);

  private final DoubleSupplier random;
  private int failures;

  /** @param random from 0 to 1 */
  Backoff(DoubleSupplier random) {
    this.random = random;
  }

  /** Counts a failure and returns how long to wait: half of what it could be, or more. */
  Duration next() {
    int doublings = Math.min(failures, 16);
    failures++;
    long most = Math.min(SHORTEST.toMillis() << (doublings + 1), LONGEST.toMillis());
    return Duration.ofMillis(most / 2 + (long) (random.getAsDouble() * (most - most / 2)));
  }

  int failures() {
    return failures;
  }

  void reset() {
    failures = 0;
  }
}
