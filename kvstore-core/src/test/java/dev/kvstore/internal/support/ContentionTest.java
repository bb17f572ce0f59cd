package dev.kvstore.internal.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.UnavailableException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ContentionTest {
  @Test
  void lost_interrupted_throwsAndKeepsTheInterrupt() {
    Contention contention = new Contention("k");
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(contention::lost)
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("'k'")
          .hasMessageContaining("interrupted");
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void lost_forHalfAMinute_isAConflict() {
    AtomicLong time = new AtomicLong();
    Contention contention = new Contention("k", time::get);
    contention.lost();
    time.set(Duration.ofSeconds(30).toNanos());
    assertThatThrownBy(contention::lost)
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT))
        .hasMessageContaining("each of the 2 times");
  }
}
