package dev.kvstore.internal.transfer;

import com.fasterxml.jackson.core.JsonToken;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The interpretation of unquoted scalars in YAML and properties. */
public enum Types {
  /** Numbers without an exponent, true, false and null as in JSON; everything else is text. */
  JSON {
    @Override
    Node.Scalar read(Place place, String text) {
      JsonToken constant = constant(text);
      if (constant != null) {
        return new Node.Scalar(place, constant, text);
      }
      return NUMBER.matcher(text).matches()
          ? new Node.Scalar(place, number(text), text)
          : new Node.Scalar(place, JsonToken.VALUE_STRING, text, advice(text));
    }
  },

  /** Everything is text. */
  TEXT {
    @Override
    Node.Scalar read(Place place, String text) {
      return Node.Scalar.text(place, text);
    }
  },

  /** YAML 1.1, like most readers of YAML: yes and on are booleans, 010 is octal. */
  YAML11 {
    @Override
    Node.Scalar read(Place place, String text) {
      YamlLibrary.require();
      Node.Scalar value = text.isEmpty() ? null : Yaml11.read(place, text);
      return value == null
          ? new Node.Scalar(
              place,
              JsonToken.VALUE_STRING,
              text,
              NOT_FINITE.matcher(text).matches() ? "it is text: " + NO_SUCH_NUMBER : null)
          : value;
    }
  };

  private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?");

  private static final Pattern NOT_FINITE =
      Pattern.compile("[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

  private static final String NO_SUCH_NUMBER = "values have neither infinity nor NaN";

  /** Matches numbers of any version of YAML; not a hash such as 7e1000. */
  private static final Pattern LIKE_A_NUMBER = Pattern.compile("[-+]?(0[xob][0-9a-fA-F_]+"
      + "|\\.?[0-9][0-9_]*(\\.[0-9_]*)?|[0-9][0-9_]*(\\.[0-9_]*[eE][-+]?|[eE][-+])[0-9]+)");

  private static final Set<String> LIKE_TRUE = Set.of("true", "yes", "on");
  private static final Set<String> LIKE_FALSE = Set.of("false", "no", "off");

  /** Returns the value of the text, with advice if something else may have been meant. */
  abstract Node.Scalar read(Place place, String text);

  static JsonToken number(String text) {
    return text.matches("-?[0-9]+") ? JsonToken.VALUE_NUMBER_INT : JsonToken.VALUE_NUMBER_FLOAT;
  }

  private static @Nullable JsonToken constant(String text) {
    return switch (text) {
      case "true" -> JsonToken.VALUE_TRUE;
      case "false" -> JsonToken.VALUE_FALSE;
      case "null" -> JsonToken.VALUE_NULL;
      default -> null;
    };
  }

  private static @Nullable String advice(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (LIKE_TRUE.contains(lower)) {
      return meant("true");
    }
    if (LIKE_FALSE.contains(lower)) {
      return meant("false");
    }
    if (lower.equals("null") || text.equals("~")) {
      return meant("null");
    }
    if (NOT_FINITE.matcher(text).matches()) {
      return "it is text: " + NO_SUCH_NUMBER;
    }
    if (!LIKE_A_NUMBER.matcher(text).matches()) {
      return null;
    }
    String start = "it is text; if you mean a number, ";
    return text.matches("[-+]?0[0-9]+")
        ? start + "write it without the leading zero (YAML 1.1 reads it as octal)"
        : start + "write it as JSON does, " + hint(lower);
  }

  private static String hint(String number) {
    if (number.matches("[-+]?0[xob].*")) {
      return "in decimal digits";
    }
    if (number.indexOf('_') >= 0) {
      return "without underscores";
    }
    if (number.startsWith("+")) {
      return "without a plus sign";
    }
    return number.indexOf('e') < 0 ? "with digits on both sides of the point" : "without exponent";
  }

  private static String meant(String json) {
    return "it is text; if you mean " + json + ", write " + json + " or use --types=yaml11";
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
