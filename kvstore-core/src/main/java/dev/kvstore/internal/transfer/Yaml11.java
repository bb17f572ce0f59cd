package dev.kvstore.internal.transfer;

import com.fasterxml.jackson.core.JsonToken;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/** Converts scalars of YAML 1.1 to their JSON form. */
final class Yaml11 {
  private static final Resolver RESOLVER = new Resolver();
  private static final BigInteger SIXTY = BigInteger.valueOf(60);

  private Yaml11() {}

  /** Returns the value of an unquoted text; null if it is plain text. */
  static Node.@Nullable Scalar read(Place place, String text) {
    return read(place, RESOLVER.resolve(NodeId.scalar, text, true), text);
  }

  /** Returns the value of a text with this tag; null if it is plain text. */
  static Node.@Nullable Scalar read(Place place, Tag tag, String text) {
    if (tag.equals(Tag.NULL)) {
      return new Node.Scalar(place, JsonToken.VALUE_NULL, "");
    }
    if (tag.equals(Tag.BOOL)) {
      boolean value = switch (text.toLowerCase(Locale.ROOT)) {
        case "true", "yes", "on" -> true;
        default -> false;
      };
      return new Node.Scalar(place, value ? JsonToken.VALUE_TRUE : JsonToken.VALUE_FALSE, "");
    }
    String number = null;
    try {
      if (tag.equals(Tag.INT)) {
        number = integer(text);
      } else if (tag.equals(Tag.FLOAT)) {
        number = fraction(text);
      }
    } catch (NumberFormatException e) {
      return null; // such as 089, which is not octal
    }
    return number == null ? null : new Node.Scalar(place, Types.number(number), number);
  }

  private static String integer(String text) {
    String digits = text.replace("_", "").toLowerCase(Locale.ROOT);
    boolean negative = digits.startsWith("-");
    if (negative || digits.startsWith("+")) {
      digits = digits.substring(1);
    }
    BigInteger number;
    if (digits.startsWith("0b")) {
      number = new BigInteger(digits.substring(2), 2);
    } else if (digits.startsWith("0x")) {
      number = new BigInteger(digits.substring(2), 16);
    } else if (digits.indexOf(':') >= 0) {
      number = BigInteger.ZERO;
      for (String part : digits.split(":", -1)) {
        number = number.multiply(SIXTY).add(new BigInteger(part));
      }
    } else {
      number = new BigInteger(digits, digits.startsWith("0") ? 8 : 10);
    }
    return (negative ? number.negate() : number).toString();
  }

  /**
   * Returns the number; null if it is not a number in JSON, such as infinity or a time with a
   * fraction.
   */
  private static @Nullable String fraction(String text) {
    String digits = text.replace("_", "");
    String lower = digits.toLowerCase(Locale.ROOT);
    if (lower.endsWith("inf") || lower.endsWith("nan") || digits.indexOf(':') >= 0) {
      return null;
    }
    BigDecimal number = new BigDecimal(digits);
    boolean negativeZero = number.signum() == 0 && digits.startsWith("-");
    String json = number.toString();
    boolean whole = json.indexOf('.') < 0 && json.indexOf('E') < 0;
    return (negativeZero ? "-" : "") + json + (whole ? ".0" : "");
  }
}
