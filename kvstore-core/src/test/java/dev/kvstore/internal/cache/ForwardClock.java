package dev.kvstore.internal.cache;

import dev.kvstore.testing.TestClock;
import java.time.Duration;
import java.time.Instant;

/** A cache clock over the clock of a contract, which tests can advance. */
final class ForwardClock extends CacheClock {
  private final TestClock clock;
  private final Instant origin;

  ForwardClock(TestClock clock) {
    super("contract", clock);
    this.clock = clock;
    this.origin = clock.instant();
  }

  @Override
  long nanos() {
    return Duration.between(origin, clock.instant()).toNanos();
  }

  @Override
  long coarseNanos() {
    return nanos();
  }
}
