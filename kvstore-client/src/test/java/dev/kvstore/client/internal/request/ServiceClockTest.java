package dev.kvstore.client.internal.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceClockTest {
  private static final Instant NOW = Instant.parse("2026-05-04T03:02:01.500Z");

  private final ServiceClock clock = new ServiceClock(() -> NOW);

  @Test
  void serviceThatIsAhead_isFollowed_toTheMostThatItHasSaid() {
    clock.tell("Mon, 4 May 2026 03:05:02 GMT");
    clock.tell("Mon, 4 May 2026 03:05:01 GMT");

    assertThat(clock.instant()).isEqualTo("2026-05-04T03:05:02Z");
    assertThat(clock.millis()).isEqualTo(clock.instant().toEpochMilli());
  }

  @Test
  void wrongDate_isForgottenAfterAFewAnswers() {
    clock.tell("Mon, 4 May 2026 03:06:01 GMT");
    for (int i = 1; i < 2 * ServiceClock.ANSWERS; i++) {
      clock.tell("Mon, 4 May 2026 03:02:03 GMT");
    }

    assertThat(clock.instant()).isEqualTo("2026-05-04T03:02:03Z");
  }

  @Test
  void dateThatIsFarAhead_isIgnored() {
    clock.tell("Mon, 4 May 2026 03:07:02 GMT");
    clock.tell("Fri, 1 Jan 2100 00:00:00 GMT");

    assertThat(clock.instant()).isEqualTo(NOW);

    clock.tell("Mon, 4 May 2026 03:07:01 GMT");
    assertThat(clock.instant()).isEqualTo("2026-05-04T03:07:01Z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Mon, 4 May 2026 03:02:01 GMT",
        "Mon, 4 May 2020 03:02:01 GMT",
        "tomorrow",
        "",
        "Tue, 31 Feb 2099 00:00:00 GMT"
      })
  void serviceThatIsBehind_orTellsNoTime_isNot(String date) {
    clock.tell(date);

    assertThat(clock.instant()).isEqualTo(NOW);
  }
}
