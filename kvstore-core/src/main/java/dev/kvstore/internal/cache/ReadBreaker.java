package dev.kvstore.internal.cache;

import dev.kvstore.UnavailableException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A circuit breaker that lets reads return stale entries at once instead of waiting for the time
 * limit of the store. Thread-safe.
 */
final class ReadBreaker {
  private static final long RETRY = Duration.ofSeconds(1).toNanos();
  private static final long NONE = -1;

  /** A reader is probing the store and will report the result. */
  private static final long ASKING = Long.MAX_VALUE;

  private final CacheClock clock;
  private final AtomicLong retryAt = new AtomicLong(NONE);

  ReadBreaker(CacheClock clock) {
    this.clock = clock;
  }

  /**
   * Returns true if the caller should read from the store, through {@link #noting}. While the store
   * is down, only one reader at a time does.
   */
  boolean mayAsk() {
    long at = retryAt.get();
    return at == NONE || (clock.nanos() >= at && retryAt.compareAndSet(at, ASKING));
  }

  /** Runs the read and notes whether the store was reachable. */
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
