package dev.kvstore;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, as written in settings and options: {@code 10MB} is 10,000,000 bytes,
 * {@code 10MiB} is 10,485,760.
 *
 * <p>The units are {@code B}, {@code kB} or {@code KB}, {@code MB}, {@code GB}, {@code TB} (powers
 * of 1000) and {@code KiB}, {@code MiB}, {@code GiB}, {@code TiB} (powers of 1024). A number
 * without a unit is bytes. {@code 10M} is ambiguous and therefore refused; so are fractions and
 * signs. Bind a setting to this type, and store text or a whole number of bytes.
 *
 * @param bytes at least 0
 * @since 0.1.0
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,30}+)([A-Za-z]{0,3})");

  /** From large to small; of equal units, the one to print comes first. */
  private static final List<Unit> UNITS = List.of(
      new Unit("TiB", 1L << 40),
      new Unit("TB", 1_000_000_000_000L),
      new Unit("GiB", 1L << 30),
      new Unit("GB", 1_000_000_000L),
      new Unit("MiB", 1L << 20),
      new Unit("MB", 1_000_000L),
      new Unit("KiB", 1L << 10),
      new Unit("kB", 1_000L),
      new Unit("KB", 1_000L),
      new Unit("B", 1L));

  private record Unit(String name, long bytes) {}

  /** @throws IllegalArgumentException if it is negative */
  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("A size cannot be negative");
    }
  }

  /**
   * Parses a size.
   *
   * @throws IllegalArgumentException if the text is not a size, is ambiguous, or exceeds 2⁶³-1
   *     bytes; the message does not repeat it
   */
  public static ByteSize parse(String text) {
    Matcher size = SIZE.matcher(Objects.requireNonNull(text, "text"));
    if (!size.matches()) {
      throw malformed();
    }
    try {
      return new ByteSize(Math.multiplyExact(Long.parseLong(size.group(1)), unit(size.group(2))));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("must be at most " + Long.MAX_VALUE + " bytes", e);
    }
  }

  private static long unit(String name) {
    if (name.isEmpty()) {
      return 1;
    }
    for (Unit unit : UNITS) {
      if (unit.name().equals(name)) {
        return unit.bytes();
      }
    }
    if (name.length() == 1 && "kKmMgGtT".contains(name)) {
      String letter = name.toUpperCase(Locale.ROOT);
      throw new IllegalArgumentException("is ambiguous: write " + letter
          + "B for a power of 1000 or " + letter + "iB for a power of 1024");
    }
    throw malformed();
  }

  private static IllegalArgumentException malformed() {
    return new IllegalArgumentException("must be a size such as 512kB, 10MB or 10MiB");
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** Returns the size in the largest unit that divides it, for {@link #parse}. */
  @Override
  public String toString() {
    return UNITS.stream()
        .filter(unit -> bytes > 0 && bytes % unit.bytes() == 0)
        .findFirst()
        .map(unit -> bytes / unit.bytes() + unit.name())
        .orElse("0B");
  }
}
