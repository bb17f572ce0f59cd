package dev.kvstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "90s, PT1M30S",
    "1h30m, PT1H30M",
    "1d12h, PT36H",
    "2w, P14D",
    "1w1d, P8D",
    "500ms, PT0.5S",
    "1s5ms, PT1.005S",
    "7us, PT0.000007S",
    "7ns, PT0.000000007S",
    "0.5s, PT0.5S",
    "1.000000001s, PT1.000000001S",
    "0s, PT0S",
    "PT1H, PT1H",
    "pt1h, PT1H",
    "P1DT12H, PT36H",
    "-PT5S, PT-5S",
    "PT-5S, PT-5S",
    "P1W, P7D",
    "p1w, P7D",
    "P1W2D, P9D",
    "P1WT1H, P7DT1H",
    "-P1W, P-7D",
    "PT9223372036854775807.999999999S, PT9223372036854775807.999999999S",
  })
  void parse_readsShortAndIsoSpellings(String text, String iso) {
    assertThat(Durations.parse(text)).isEqualTo(Duration.parse(iso));
  }

  @ParameterizedTest
  @CsvSource({
    "PT1M30S, 90s",
    "PT36H, 36h",
    "P14D, 14d",
    "PT0.001S, 1ms",
    "PT1.5S, 1500ms",
    "PT0.0009S, 900us",
    "PT0.000000007S, 7ns",
    "PT0S, 0s",
    "PT-5S, PT-5S",
    "PT9223372036854775807.999999999S, PT2562047788015215H30M7.999999999S"
  })
  void format_isShort_andReadAgain(Duration duration, String text) {
    assertThat(Durations.format(duration)).isEqualTo(text);
    assertThat(Durations.parse(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "5",
        "s",
        "-5s",
        "+5s",
        "1M",
        "1H",
        "1D",
        "90S",
        "30m1h",
        "1h1h",
        "1s1h",
        "1.5h",
        "1.0000000001s",
        ".5s",
        "1.s",
        "1..5s",
        "1,5s",
        "1h 30m",
        " 1h",
        "1h30",
        "1e3s",
        "٣s",
        "1y",
        "1min",
        "P",
        "-",
        "PT",
        "P1Y",
        "P1M",
        "P1DT",
        "P1W1W",
        "P2D1W",
        "PW",
        "P1.5W",
        "PT1W",
        "9223372036854775808s",
        "9223372036854775807d",
        "P9223372036854775807W",
        "soon",
        "null",
        "106751991167300d24h",
      })
  void parse_refusesTheRestWithoutQuotingIt(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Durations.parse(text))
        .withMessageStartingWith("must be a duration such as 90s, 1h30m,");
  }

  @Test
  void parse_refusesHostileLengthAtOnce() {
    String digits = "1".repeat(1_000_000);
    for (String text : new String[] {digits + "s", "P" + digits + "D", "1s".repeat(500_000)}) {
      assertThatIllegalArgumentException().isThrownBy(() -> Durations.parse(text));
    }
  }
}
