package dev.kvstore.cli.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {
  private final List<Long> slept = new ArrayList<>();
  private long millis;

  private Pace pace(int perSecond) {
    return new Pace(perSecond, () -> Duration.ofMillis(millis).toNanos(), time -> {
      slept.add(time.toMillis());
      millis += time.toMillis();
    });
  }

  @Test
  void steps_comeAtEqualDistances_howeverLongTheyTake() throws InterruptedException {
    Pace pace = pace(4);
    for (int i = 0; i < 4; i++) {
      pace.await();
      millis += 100;
    }
    assertThat(slept).containsExactly(150L, 150L, 150L);
  }

  @Test
  void lostTime_isNotMadeUpFor() throws InterruptedException {
    Pace pace = pace(4);
    pace.await();
    millis += 5000;
    for (int i = 0; i < 3; i++) {
      pace.await();
    }
    assertThat(slept).containsExactly(250L, 250L);
  }

  @Test
  void noLimit_neverWaits() throws InterruptedException {
    Pace pace = pace(0);
    pace.await();
    pace.await();
    assertThat(slept).isEmpty();
  }
}
