package dev.kvstore.http.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Limits the requests per second of each caller, with bursts of up to one second's worth: a token
 * bucket, stored as the time at which it will be full again. Thread-safe.
 *
 * @see <a href="https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm">Generic cell rate
 *     algorithm</a>
 */
public final class RateLimiter {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /**
   * The maximum number of callers, so that callers with ever new addresses do not exhaust memory.
   */
  private static final int MAX_CALLERS = 100_000;

  private final long interval;
  private final LongSupplier nanoTime;
  private final Cache<String, AtomicLong> fullAt =
      Caffeine.newBuilder().maximumSize(MAX_CALLERS).build();

  /** @param perSecond from 1 to a million */
  public RateLimiter(int perSecond, LongSupplier nanoTime) {
    this.interval = SECOND / perSecond;
    this.nanoTime = nanoTime;
  }

  /** Counts a request and returns zero, or returns how long the caller must wait first. */
  public Duration acquire(String caller) {
    long now = nanoTime.getAsLong();
    AtomicLong full = fullAt.get(caller, any -> new AtomicLong(now));
    while (true) {
      long before = full.get();
      long from = before - now > 0 ? before : now;
      long wait = from + interval - now - SECOND;
      if (wait > 0) {
        return Duration.ofNanos(wait);
      }
      if (full.compareAndSet(before, from + interval)) {
        return Duration.ZERO;
      }
    }
  }
}
