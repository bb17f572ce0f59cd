package dev.kvstore.internal.bson;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Converts JSON numbers to BSON: to the smallest integer type that fits, to a double if it keeps
 * all digits, or else to a Decimal128: 0.1 is a double, 0.10 is not.
 */
final class JsonNumbers {
  private JsonNumbers() {}

  /** Writes the number in this JSON text. */
  static void write(String text, BsonGenerator out) throws IOException {
    if (text.indexOf('.') >= 0 || text.indexOf('e') >= 0 || text.indexOf('E') >= 0) {
      writeFraction(text, out);
    } else if (text.equals("-0")) {
      out.writeNumber(-0.0);
    } else {
      BigInteger number = new BigInteger(text);
      if (number.bitLength() < 64) {
        out.writeNumber(number);
      } else {
        out.writeDecimal(Decimals.ofScaled(new BigDecimal(number)));
      }
    }
  }

  private static void writeFraction(String text, BsonGenerator out) throws IOException {
    BigDecimal number = parse(text);
    boolean negativeZero = number.signum() == 0 && text.startsWith("-");
    Double asDouble = asDouble(text, number);
    if (asDouble != null) {
      out.writeNumber(asDouble.doubleValue());
    } else {
      out.writeDecimal(Decimals.ofWritten(number, negativeZero));
    }
  }

  private static BigDecimal parse(String text) {
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      // No cause: it quotes the text.
      throw BsonText.invalid("A number has an exponent that no BSON type can hold");
    }
  }

  private static @Nullable Double asDouble(String text, BigDecimal number) {
    boolean longZero = number.signum() == 0 && number.scale() > 1;
    if (longZero || hasZerosThatCount(text)) {
      return null;
    }
    double value = Double.parseDouble(text);
    if (Double.isInfinite(value) || (value == 0) != (number.signum() == 0)) {
      return null;
    }
    // At this point the exponent is in the range of a double, so the comparison is cheap.
    return value == 0 || number.compareTo(new BigDecimal(ExactNumbers.shortest(value))) == 0
        ? value
        : null;
  }

  /** Returns true if a double would lose trailing zeros; it keeps one, as in 100.0 and 1.0E10. */
  private static boolean hasZerosThatCount(String text) {
    int exponent = Math.max(text.indexOf('e'), text.indexOf('E'));
    String mantissa = exponent < 0 ? text : text.substring(0, exponent);
    int point = mantissa.indexOf('.');
    int start = mantissa.startsWith("-") ? 1 : 0;
    if (point < 0) {
      boolean movesBehindPoint = text.charAt(exponent + 1) == '-';
      return movesBehindPoint && mantissa.length() - start > 1 && mantissa.endsWith("0");
    }
    if (!mantissa.endsWith("0")) {
      return false;
    }
    boolean oneZero = mantissa.length() - point == 2;
    return !(oneZero && (exponent < 0 || point - start == 1));
  }
}
