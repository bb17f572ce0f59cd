package dev.kvstore.internal.bson;

import com.fasterxml.jackson.core.io.NumberOutput;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.bson.types.Decimal128;

/**
 * Converts numbers without loss, or throws an {@link ArithmeticException} that does not quote the
 * number.
 */
public final class ExactNumbers {
  /**
   * The maximum scale. A number beyond it does not fit into BSON and is too expensive to write out.
   */
  private static final int MAX_SCALE = 10_000;

  private ExactNumbers() {}

  public static byte toByte(Number number) {
    return (byte) toRange(number, Byte.MIN_VALUE, Byte.MAX_VALUE);
  }

  public static short toShort(Number number) {
    return (short) toRange(number, Short.MIN_VALUE, Short.MAX_VALUE);
  }

  public static int toInt(Number number) {
    return (int) toRange(number, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  private static long toRange(Number number, long min, long max) {
    long value = toLong(number);
    if (value < min || value > max) {
      throw inexact();
    }
    return value;
  }

  public static long toLong(Number number) {
    if (isWhole(number)) {
      return number.longValue();
    }
    BigInteger whole = toBigInteger(number);
    if (whole.bitLength() > 63) {
      throw inexact();
    }
    return whole.longValue();
  }

  public static BigInteger toBigInteger(Number number) {
    if (number instanceof BigInteger big) {
      return big;
    }
    BigDecimal decimal = toBigDecimal(number);
    if (Math.abs((long) decimal.scale()) > MAX_SCALE) {
      throw inexact();
    }
    // Use the exact value of a double, not that of its shortest text.
    return number instanceof Double || number instanceof Float
        ? new BigDecimal(number.doubleValue()).toBigIntegerExact()
        : decimal.toBigIntegerExact();
  }

  /** Returns the value of a double's shortest text: 0.1 is one tenth. */
  public static BigDecimal toBigDecimal(Number number) {
    if (number instanceof BigDecimal decimal) {
      return decimal;
    }
    if (number instanceof BigInteger big) {
      return new BigDecimal(big);
    }
    if (isWhole(number)) {
      return BigDecimal.valueOf(number.longValue());
    }
    if (number instanceof Double || number instanceof Float) {
      double value = number.doubleValue();
      if (!Double.isFinite(value) || isNegativeZero(value)) {
        throw inexact();
      }
      return new BigDecimal(shortest(value));
    }
    if (number instanceof Decimal128 decimal && decimal.isFinite() && !isNegativeZero(decimal)) {
      return decimal.bigDecimalValue();
    }
    throw inexact();
  }

  public static double toDouble(Number number) {
    if (number instanceof Double || number instanceof Float) {
      return number.doubleValue();
    }
    if (isWhole(number)) {
      return toDouble(number.longValue());
    }
    if (number instanceof Decimal128 special && isSpecial(special)) {
      return special.doubleValue();
    }
    BigDecimal decimal = toBigDecimal(number);
    double value = decimal.doubleValue();
    if (!Double.isFinite(value)
        || (value == 0) != (decimal.signum() == 0)
        || !(equal(decimal, new BigDecimal(shortest(value)))
            || equal(decimal, new BigDecimal(value)))) {
      throw inexact();
    }
    return value;
  }

  private static double toDouble(long number) {
    double value = number;
    // The cast saturates, so 2^63 would compare equal to Long.MAX_VALUE.
    if (value == 0x1p63 || (long) value != number) {
      throw inexact();
    }
    return value;
  }

  public static float toFloat(Number number) {
    if (number instanceof Float value) {
      return value;
    }
    double value = number instanceof BigDecimal || number instanceof Decimal128
        ? toFloatOrDouble(number)
        : toDouble(number);
    float narrow = (float) value;
    boolean same = Double.compare(narrow, value) == 0
        || (Float.isFinite(narrow) && equal(shortest(narrow), shortest(value)));
    if (!same) {
      throw inexact();
    }
    return narrow;
  }

  /**
   * Returns the float or double whose shortest text is the number. A decimal may be that of a float
   * only.
   */
  private static double toFloatOrDouble(Number number) {
    if (number instanceof Decimal128 special && isSpecial(special)) {
      return special.doubleValue();
    }
    BigDecimal decimal = toBigDecimal(number);
    float value = decimal.floatValue();
    boolean spelled = Float.isFinite(value)
        && (value == 0) == (decimal.signum() == 0)
        && equal(decimal, new BigDecimal(shortest(value)));
    return spelled ? value : toDouble(number);
  }

  /** Returns the shortest text that identifies this double, the same on every JDK. */
  static String shortest(double value) {
    return NumberOutput.toString(value, true);
  }

  private static String shortest(float value) {
    return NumberOutput.toString(value, true);
  }

  /** Returns true for values that a BigDecimal cannot represent: NaN, infinities and minus zero. */
  static boolean isSpecial(Decimal128 number) {
    return !number.isFinite() || isNegativeZero(number);
  }

  static boolean isNegativeZero(double value) {
    return value == 0 && Double.doubleToRawLongBits(value) != 0;
  }

  private static boolean isNegativeZero(Decimal128 number) {
    if (!number.isNegative() || !number.isFinite()) {
      return false;
    }
    try {
      return number.bigDecimalValue().signum() == 0;
    } catch (ArithmeticException e) {
      return true; // org.bson refuses to convert minus zero to a BigDecimal, and no other value
      // here
    }
  }

  private static boolean isWhole(Number number) {
    return number instanceof Integer
        || number instanceof Long
        || number instanceof Short
        || number instanceof Byte;
  }

  private static boolean equal(BigDecimal one, BigDecimal other) {
    return one.compareTo(other) == 0;
  }

  private static boolean equal(String one, String other) {
    return equal(new BigDecimal(one), new BigDecimal(other));
  }

  private static ArithmeticException inexact() {
    return new ArithmeticException("The number cannot be converted without loss");
  }
}
