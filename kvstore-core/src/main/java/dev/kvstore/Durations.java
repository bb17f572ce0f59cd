package dev.kvstore;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Parses and formats durations, the same way for settings, options and parameters.
 *
 * <p>Short: {@code 90s}, {@code 1h30m}, {@code 1d12h}. The units are {@code w}, {@code d},
 * {@code h}, {@code m}, {@code s}, {@code ms}, {@code us} and {@code ns}, in lower case, from the
 * longest to the shortest and each at most once; a day has 24 hours. Only seconds have a fraction,
 * of at most nine digits ({@code 0.5s}). There is no sign, and no number without a unit.
 *
 * <p>ISO-8601: what {@link Duration#parse} reads, negative ones included, and weeks:
 * {@code PT1H30M}, {@code P1DT12H}, {@code P1W}. Years and months are refused, because their length
 * varies.
 *
 * @since 0.1.0
 */
public final class Durations {
  /** Longer than any sensible duration; bounds the work. */
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

  private Durations() {}

  /**
   * Parses a duration without rounding it.
   *
   * @throws IllegalArgumentException if the text is not a duration or too long; the message does
   *     not repeat it
   */
  public static Duration parse(String text) {
    if (Objects.requireNonNull(text, "text").isEmpty()
        || text.length() > MAX_LENGTH
        || !isAscii(text)) {
      throw malformed();
    }
    int start = text.charAt(0) == '-' || text.charAt(0) == '+' ? 1 : 0;
    boolean isIso = start < text.length() && Character.toUpperCase(text.charAt(start)) == 'P';
    try {
      return isIso ? parseIso(text, start) : parseShort(text);
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
        .skip(1) // of weeks nobody counts many
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

  private static Duration parseIso(String text, int start) {
    int week = Math.max(text.indexOf('W'), text.indexOf('w'));
    if (week < 0) {
      return Duration.parse(text);
    }
    Duration weeks =
        Duration.ofDays(Math.multiplyExact(number(text, start + 1, week), DAYS_OF_WEEK));
    String rest = text.substring(week + 1);
    Duration sum = rest.isEmpty() ? weeks : weeks.plus(Duration.parse("P" + rest));
    return text.charAt(0) == '-' ? sum.negated() : sum;
  }

  private static Duration parseShort(String text) {
    Duration sum = Duration.ZERO;
    int at = 0;
    int unitsDone = 0;
    while (at < text.length()) {
      int numberEnd = at;
      while (numberEnd < text.length() && isOfNumber(text.charAt(numberEnd))) {
        numberEnd++;
      }
      int unitEnd = numberEnd;
      while (unitEnd < text.length() && !isOfNumber(text.charAt(unitEnd))) {
        unitEnd++;
      }
      int unit = indexOfUnit(text.substring(numberEnd, unitEnd));
      if (unit < unitsDone) {
        throw malformed();
      }
      sum = sum.plus(amount(text, at, numberEnd, UNITS.get(unit)));
      unitsDone = unit + 1;
      at = unitEnd;
    }
    return sum;
  }

  private static Duration amount(String text, int start, int end, Unit unit) {
    int point = text.substring(start, end).indexOf('.');
    if (point < 0) {
      return unit.length().multipliedBy(number(text, start, end));
    }
    String fraction = text.substring(start + point + 1, end);
    if (!unit.name().equals("s") || fraction.length() > NANO_DIGITS) {
      throw malformed();
    }
    String nanos = fraction + "0".repeat(NANO_DIGITS - fraction.length());
    number(fraction, 0, fraction.length());
    return Duration.ofSeconds(number(text, start, start + point), number(nanos, 0, NANO_DIGITS));
  }

  private static long number(String text, int start, int end) {
    if (start >= end || !Character.isDigit(text.charAt(start))) {
      throw malformed();
    }
    return Long.parseLong(text, start, end, 10);
  }

  private static boolean isOfNumber(char c) {
    return Character.isDigit(c) || c == '.';
  }

  private static int indexOfUnit(String name) {
    for (int i = 0; i < UNITS.size(); i++) {
      if (UNITS.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  private static IllegalArgumentException malformed() {
    return new IllegalArgumentException(
        "must be a duration such as 90s, 1h30m, 7d, PT1H or P1W, with a unit after each number");
  }
}
