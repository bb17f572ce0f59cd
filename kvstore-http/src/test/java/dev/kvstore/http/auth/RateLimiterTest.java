package dev.kvstore.http.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimiterTest {
  /** Starts just before an overflow, which {@code System.nanoTime} may have. */
  private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1_000_000_000);

  private static int granted(RateLimiter limiter, String caller, int requests) {
    int granted = 0;
    for (int i = 0; i < requests; i++) {
      granted += limiter.acquire(caller).isZero() ? 1 : 0;
    }
    return granted;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 1000})
  void burst_isOneSecondsWorth_andThenTheRate(int perSecond) {
    RateLimiter limiter = new RateLimiter(perSecond, time::get);

    assertThat(granted(limiter, "a", 2 * perSecond)).isEqualTo(perSecond);
    for (int second = 0; second < 3; second++) {
      time.addAndGet(Duration.ofSeconds(1).toNanos());
      assertThat(granted(limiter, "a", 2 * perSecond)).isEqualTo(perSecond);
    }
    time.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(granted(limiter, "a", 2 * perSecond)).isEqualTo(perSecond);
  }

  @Test
  void wait_isAsLongAsItTakes() {
    RateLimiter limiter = new RateLimiter(2, time::get);
    assertThat(granted(limiter, "a", 2)).isEqualTo(2);

    assertThat(limiter.acquire("a")).isEqualTo(Duration.ofMillis(500));
    time.addAndGet(Duration.ofMillis(499).toNanos());
    assertThat(limiter.acquire("a")).isEqualTo(Duration.ofMillis(1));
    time.addAndGet(Duration.ofMillis(1).toNanos());
    assertThat(limiter.acquire("a")).isZero();
  }

  @Test
  void callers_doNotCountForEachOther() {
    RateLimiter limiter = new RateLimiter(1, time::get);

    assertThat(granted(limiter, "a", 5)).isEqualTo(1);
    assertThat(granted(limiter, "b", 5)).isEqualTo(1);
  }
}
