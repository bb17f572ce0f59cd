package dev.kvstore.client.internal.request;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next round of attempts: doubling, and never quite the same, so that
 * clients that failed together do not come back together.
 */
public final class Backoff {
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(2);

  private final DoubleSupplier random;
  private int rounds;

  /** @param random from 0 to 1 */
  public Backoff(DoubleSupplier random) {
    this.random = random;
  }

  /** Returns how long to wait: half of what it could be, or more, and what is wanted at least. */
  public Duration next(Duration wanted) {
    long most = Math.min(SHORTEST.toMillis() << Math.min(rounds, 16), LONGEST.toMillis());
    rounds++;
    Duration length =
        Duration.ofMillis(most / 2 + (long) (random.getAsDouble() * (most - most / 2)));
    return wanted.compareTo(length) > 0 ? wanted : length;
  }
}
