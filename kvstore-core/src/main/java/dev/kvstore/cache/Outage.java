package dev.kvstore.cache;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Remembers that the database could not be reached, so that not every reader has to find out for
 * himself, each waiting for the store's time limit. Thread-safe.
 */
final class Outage {
  private static final long RETRY = Duration.ofSeconds(1).toNanos();
  private static final long NONE = -1;

  private final CacheClock clock;
  private final AtomicLong retryAt = new AtomicLong(NONE);

  Outage(CacheClock clock) {
    this.clock = clock;
  }

  /** Tells whether to ask the database: while it is out of reach one reader a second does. */
  boolean mayAsk() {
    long at = retryAt.get();
    if (at == NONE) {
      return true;
    }
    long now = clock.nanos();
    return now >= at && retryAt.compareAndSet(at, now + RETRY);
  }

  void failed() {
    retryAt.set(clock.nanos() + RETRY);
  }

  void over() {
    if (retryAt.get() != NONE) {
      retryAt.set(NONE);
    }
  }
}
