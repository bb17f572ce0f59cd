package dev.kvstore;

import java.time.Duration;
import java.util.Objects;

/** The rule for how long an entry may be told to live. */
final class TimeToLive {
  /** Long enough for anyone, and short enough that no clock or database overflows. */
  private static final Duration LONGEST = Duration.ofDays(1000 * 365L);

  private TimeToLive() {}

  static Duration check(Duration timeToLive) {
    Objects.requireNonNull(timeToLive, "timeToLive");
    if (timeToLive.compareTo(Duration.ofMillis(1)) < 0 || timeToLive.compareTo(LONGEST) > 0) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The time to live is " + Durations.format(timeToLive) + ", it must be from 1ms to "
              + Durations.format(LONGEST));
    }
    return timeToLive;
  }
}
