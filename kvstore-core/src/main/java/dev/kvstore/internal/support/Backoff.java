package dev.kvstore.internal.support;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/** An exponential backoff with a bound and jitter. Not thread-safe. */
public final class Backoff {
  private final Duration shortest;
  private final Duration longest;
  private final DoubleSupplier random;
  private int failures;

  public Backoff(Duration shortest, Duration longest) {
    this(shortest, longest, () -> ThreadLocalRandom.current().nextDouble());
  }

  /** @param random returns numbers from 0 to 1 */
  public Backoff(Duration shortest, Duration longest, DoubleSupplier random) {
    this.shortest = shortest;
    this.longest = longest;
    this.random = random;
  }

  /** Counts a failure and returns how long to wait: between half and all of the current bound. */
  public Duration next() {
    int doublings = Math.min(failures, 16);
    failures++;
    long most = Math.min(shortest.toMillis() << (doublings + 1), longest.toMillis());
    return Duration.ofMillis(most / 2 + (long) (random.getAsDouble() * (most - most / 2)));
  }

  public int failures() {
    return failures;
  }

  public void reset() {
    failures = 0;
  }
}
