package dev.kvstore.internal.bson;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

/**
 * Converts numbers to Decimal128 without rounding; returns null if no Decimal128 represents the
 * number exactly.
 */
public final class Decimals {
  private static final int MAX_DIGITS = 34;
  /** The maximum number of bits of a number with 34 digits. */
  private static final int MAX_BITS = 113;

  private static final int MAX_EXPONENT = 6111;
  private static final int MIN_EXPONENT = -6176;
  /** More bits than the largest Decimal128 has, which is about 10^6145. */
  private static final int MAX_WHOLE_BITS = 20_500;

  private Decimals() {}

  /** Returns the number with its scale, so that an equal BigDecimal is read back. */
  public static @Nullable Decimal128 ofScaled(BigDecimal number) {
    int exponent = -number.scale();
    return number.unscaledValue().bitLength() <= MAX_BITS
            && number.precision() <= MAX_DIGITS
            && exponent >= MIN_EXPONENT
            && exponent <= MAX_EXPONENT
        ? new Decimal128(number)
        : null;
  }

  /** Returns the whole number, which may have more than 34 digits if the last ones are zeros. */
  static @Nullable Decimal128 ofWhole(BigInteger number) {
    if (number.bitLength() > MAX_WHOLE_BITS) {
      return null;
    }
    BigDecimal decimal = new BigDecimal(number);
    return ofScaled(decimal.precision() <= MAX_DIGITS ? decimal : decimal.stripTrailingZeros());
  }

  /**
   * Returns the number with all written digits; 1E+6112 becomes 10E+6111, because the exponent is
   * too large.
   */
  static @Nullable Decimal128 ofWritten(BigDecimal number, boolean negativeZero) {
    if (negativeZero && number.signum() == 0) {
      Decimal128 zero = ofScaled(number);
      return zero == null
          ? null
          : Decimal128.fromIEEE754BIDEncoding(zero.getHigh() | Long.MIN_VALUE, zero.getLow());
    }
    long excess = -(long) number.scale() - MAX_EXPONENT;
    if (excess > 0 && excess + number.precision() <= MAX_DIGITS) {
      return ofScaled(number.setScale(-MAX_EXPONENT));
    }
    return ofScaled(number);
  }
}
