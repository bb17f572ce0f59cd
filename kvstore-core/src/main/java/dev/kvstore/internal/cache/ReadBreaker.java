package dev.kvstore.internal.cache;

import dev.kvstore.UnavailableException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** A circuit breaker: spares readers of stale entries the time limit of the store. Thread-safe. */
final class ReadBreaker {
  private static final long RETRY = Duration.ofSeconds(1).toNanos();
  private static final long NONE = -1;

  /** A reader asks, and will say how it went. */
  private static final long ASKING = Long.MAX_VALUE;

  private final CacheClock clock;
  private final AtomicLong retryAt = new AtomicLong(NONE);

  ReadBreaker(CacheClock clock) {
    this.clock = clock;
  }

  /** Returns whether to ask the store, by {@link #noting}; if it is down, one reader does. */
  boolean mayAsk() {
    long at = retryAt.get();
    return at == NONE || (clock.nanos() >= at && retryAt.compareAndSet(at, ASKING));
  }

  /** Asks the store, and notes whether it can be reached. */
  <T> T noting(Supplier<T> read) {
    boolean reached = true;
    try {
      return read.get();
    } catch (UnavailableException e) {
      reached = Thread.currentThread().isInterrupted();
      throw e;
    } finally {
      retryAt.set(reached ? NONE : clock.nanos() + RETRY);
    }
  }
}
