package dev.kvstore;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses and formats durations, the same way for settings, options and parameters.
 *
 * <p>Short: {@code 90s}, {@code 1h30m}, {@code 1d12h}. The units are {@code w}, {@code d},
 * {@code h}, {@code m}, {@code s}, {@code ms}, {@code us} and {@code ns}, in lower case, from the
 * longest to the shortest and each at most once; a day has 24 hours. Only seconds have a fraction,
 * of at most nine digits ({@code 0.5s}). There is no sign, and no number without a unit.
 *
 * <p>ISO-8601: anything that {@link Duration#parse} accepts, including negative durations, and also
 * weeks: {@code PT1H30M}, {@code P1DT12H}, {@code P1W}. Years and months are refused, because their
 * length varies.
 *
 * @since 0.1.0
 */
public final class Durations {
  /** Longer than any sensible duration; bounds the work of parsing. */
  private static final int MAX_LENGTH = 100;

  private static final int NANO_DIGITS = 9;
  private static final long DAYS_OF_WEEK = 7;

  private static final List<Unit> UNITS = List.of(
      new Unit("w", Duration.ofDays(DAYS_OF_WEEK)),
      new Unit("d", Duration.ofDays(1)),
      new Unit("h", Duration.ofHours(1)),
      new Unit("m", Duration.ofMinutes(1)),
      new Unit("s", Duration.ofSeconds(1)),
      new Unit("ms", Duration.ofMillis(1)),
      new Unit("us", Duration.ofNanos(1_000)),
      new Unit("ns", Duration.ofNanos(1)));

  private record Unit(String name, Duration length) {}

  /** The groups have the names of the units. */
  private static final Pattern SHORT = Pattern.compile("((?<w>\\d++)w)?((?<d>\\d++)d)?"
      + "((?<h>\\d++)h)?((?<m>\\d++)m)?((?<s>\\d++)(\\.(?<fraction>\\d{1,9}))?s)?"
      + "((?<ms>\\d++)ms)?((?<us>\\d++)us)?((?<ns>\\d++)ns)?");

  private static final Pattern WEEKS =
      Pattern.compile("[+-]?P(\\d+)W(.*)", Pattern.CASE_INSENSITIVE);

  private Durations() {}

  /**
   * Parses a duration without rounding it.
   *
   * @throws IllegalArgumentException if the text is not a duration or too long; the message does
   *     not repeat it
   */
  public static Duration parse(String text) {
    if (Objects.requireNonNull(text, "text").isEmpty() || text.length() > MAX_LENGTH) {
      throw malformed();
    }
    int start = text.charAt(0) == '-' || text.charAt(0) == '+' ? 1 : 0;
    try {
      return text.regionMatches(true, start, "P", 0, 1) ? parseIso(text) : parseShort(text);
    } catch (ArithmeticException | DateTimeException | NumberFormatException e) {
      throw new IllegalArgumentException(malformed().getMessage(), e);
    }
  }

  /**
   * Formats the duration in the largest unit that divides it, for {@link #parse}: {@code 90s},
   * {@code 36h}, {@code 15ms}; a negative one in ISO-8601.
   */
  public static String format(Duration duration) {
    if (Objects.requireNonNull(duration, "duration").isNegative()) {
      return duration.toString();
    }
    if (duration.isZero()) {
      return "0s";
    }
    return UNITS.stream()
        .skip(1) // "36h" reads well, "5w" does not
        .filter(unit -> isWhole(duration, unit.length()))
        .findFirst()
        .map(unit -> duration.dividedBy(unit.length()) + unit.name())
        .orElseGet(duration::toString);
  }

  private static boolean isWhole(Duration duration, Duration unit) {
    try {
      return unit.multipliedBy(duration.dividedBy(unit)).equals(duration);
    } catch (ArithmeticException e) {
      return false; // more nanoseconds than a long holds
    }
  }

  private static Duration parseIso(String text) {
    Matcher weeks = WEEKS.matcher(text);
    if (!weeks.matches()) {
      return Duration.parse(text);
    }
    Duration sum =
        Duration.ofDays(Math.multiplyExact(Long.parseLong(weeks.group(1)), DAYS_OF_WEEK));
    String rest = weeks.group(2);
    if (!rest.isEmpty()) {
      sum = sum.plus(Duration.parse("P" + rest));
    }
    return text.charAt(0) == '-' ? sum.negated() : sum;
  }

  private static Duration parseShort(String text) {
    Matcher parts = SHORT.matcher(text);
    if (!parts.matches()) {
      throw malformed();
    }
    Duration sum = Duration.ZERO;
    for (Unit unit : UNITS) {
      String number = parts.group(unit.name());
      if (number != null) {
        sum = sum.plus(unit.length().multipliedBy(Long.parseLong(number)));
      }
    }
    String fraction = parts.group("fraction");
    return fraction == null
        ? sum
        : sum.plusNanos(Long.parseLong(fraction + "0".repeat(NANO_DIGITS - fraction.length())));
  }

  private static IllegalArgumentException malformed() {
    return new IllegalArgumentException(
        "must be a duration such as 90s, 1h30m, 7d, PT1H or P1W, with a unit after each number");
  }
}
