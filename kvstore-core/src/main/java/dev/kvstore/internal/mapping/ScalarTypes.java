package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.kvstore.ByteSize;
import dev.kvstore.internal.bson.Decimals;
import dev.kvstore.internal.bson.ExactNumbers;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;
import org.bson.BsonBinary;
import org.bson.BsonDbPointer;
import org.bson.BsonJavaScript;
import org.bson.BsonJavaScriptWithScope;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonRegularExpression;
import org.bson.BsonSymbol;
import org.bson.BsonTimestamp;
import org.bson.BsonUndefined;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/** Numbers, text and identifiers, and how they are read from BSON. */
final class ScalarTypes {
  /**
   * The maximum length of a number as text in lenient reads; longer than any number that BSON can
   * hold.
   */
  private static final int MAX_NUMBER_LENGTH = 1_000;

  private static final int UUID_LENGTH = 36;

  private ScalarTypes() {}

  static void addTo(SimpleModule module) {
    addNumbers(module);
    addText(module);
    addSizes(module);
    addIdentifiers(module);
    addBson(module);
  }

  private static void addNumbers(SimpleModule to) {
    number(to, byte.class, Byte.class, ExactNumbers::toByte, (byte) 0);
    number(to, short.class, Short.class, ExactNumbers::toShort, (short) 0);
    number(to, int.class, Integer.class, ExactNumbers::toInt, 0);
    number(to, long.class, Long.class, ExactNumbers::toLong, 0L);
    number(to, float.class, Float.class, ExactNumbers::toFloat, 0F);
    number(to, double.class, Double.class, ExactNumbers::toDouble, 0D);
    number(to, BigInteger.class, ExactNumbers::toBigInteger, null);
    number(to, BigDecimal.class, ExactNumbers::toBigDecimal, null);
    number(to, Number.class, number -> number, null);
    number(
        to,
        OptionalInt.class,
        number -> OptionalInt.of(ExactNumbers.toInt(number)),
        OptionalInt.empty());
    number(
        to,
        OptionalLong.class,
        number -> OptionalLong.of(ExactNumbers.toLong(number)),
        OptionalLong.empty());
    number(
        to,
        OptionalDouble.class,
        number -> OptionalDouble.of(ExactNumbers.toDouble(number)),
        OptionalDouble.empty());
  }

  private static <T> void number(
      SimpleModule to, Class<T> primitive, Class<T> boxed, Function<Number, T> conversion, T zero) {
    number(to, primitive, conversion, zero);
    number(to, boxed, conversion, null);
  }

  private static <T> void number(
      SimpleModule to,
      Class<T> type,
      Function<Number, ? extends @Nullable T> conversion,
      @Nullable T absent) {
    add(to, type, absent, (parser, lenient) -> {
      Number number = number(parser, lenient);
      return number == null ? null : conversion.apply(number);
    });
  }

  private static @Nullable Number number(JsonParser parser, boolean lenient) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_STRING -> lenient ? spelled(parser.getText()) : null;
      default -> null;
    };
  }

  private static Number spelled(String text) {
    return switch (text) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> {
        if (text.length() > MAX_NUMBER_LENGTH) {
          throw new IllegalArgumentException("Too long for a number");
        }
        BigDecimal number = new BigDecimal(text);
        yield number.signum() == 0 && text.startsWith("-") ? (Number) (-0.0) : number;
      }
    };
  }

  private static void addText(SimpleModule to) {
    add(to, String.class, null, (parser, lenient) -> text(parser));
    add(to, CharSequence.class, null, (parser, lenient) -> text(parser));
    ExactDeserializer.Reading<Character> character = (parser, lenient) -> {
      String text = text(parser);
      return text != null && text.length() == 1 ? (Character) text.charAt(0) : null;
    };
    add(to, char.class, '\0', character);
    add(to, Character.class, null, character);
    add(to, boolean.class, false, ScalarTypes::truth);
    add(to, Boolean.class, null, ScalarTypes::truth);
  }

  private static void addSizes(SimpleModule to) {
    write(to, ByteSize.class, (size, out) -> out.writeString(size.toString()));
    add(to, ByteSize.class, null, (parser, lenient) -> {
      String text = text(parser);
      if (text != null) {
        return ByteSize.parse(text);
      }
      Number number = number(parser, false);
      return number == null ? null : new ByteSize(ExactNumbers.toLong(number));
    });
  }

  static @Nullable String text(JsonParser parser) throws IOException {
    return parser.hasToken(JsonToken.VALUE_STRING) ? parser.getText() : null;
  }

  private static @Nullable Boolean truth(JsonParser parser, boolean lenient) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> Boolean.TRUE;
      case VALUE_FALSE -> Boolean.FALSE;
      case VALUE_STRING ->
        !lenient
            ? null
            : switch (parser.getText()) {
              case "true" -> Boolean.TRUE;
              case "false" -> Boolean.FALSE;
              default -> null;
            };
      default -> null;
    };
  }

  private static void addIdentifiers(SimpleModule to) {
    embed(to, UUID.class);
    embed(to, ObjectId.class);
    embed(to, Decimal128.class);
    add(to, UUID.class, null, (parser, lenient) -> {
      String text = text(parser);
      if (text != null) {
        return text.length() == UUID_LENGTH ? UUID.fromString(text) : null;
      }
      return embedded(parser, UUID.class);
    });
    add(to, ObjectId.class, null, (parser, lenient) -> {
      String text = text(parser);
      return text != null ? new ObjectId(text) : embedded(parser, ObjectId.class);
    });
    add(to, Decimal128.class, null, (parser, lenient) -> {
      Number number = number(parser, lenient);
      return number == null ? embedded(parser, Decimal128.class) : decimal(number);
    });
  }

  private static @Nullable Decimal128 decimal(Number number) {
    if (number instanceof Decimal128 decimal) {
      return decimal;
    }
    if (number instanceof Double value && !Double.isFinite(value)) {
      return value.isNaN()
          ? Decimal128.NaN
          : value > 0 ? Decimal128.POSITIVE_INFINITY : Decimal128.NEGATIVE_INFINITY;
    }
    return Decimals.ofScaled(ExactNumbers.toBigDecimal(number));
  }

  /** Adds BSON types that have no Java class and are stored only manually, in the shell. */
  private static void addBson(SimpleModule to) {
    embed(to, BsonValue.class);
    bson(to, BsonBinary.class);
    bson(to, BsonDbPointer.class);
    bson(to, BsonJavaScript.class);
    bson(to, BsonJavaScriptWithScope.class);
    bson(to, BsonMaxKey.class);
    bson(to, BsonMinKey.class);
    bson(to, BsonRegularExpression.class);
    bson(to, BsonSymbol.class);
    bson(to, BsonTimestamp.class);
    bson(to, BsonUndefined.class);
  }

  private static <T> void bson(SimpleModule to, Class<T> type) {
    add(to, type, null, (parser, lenient) -> embedded(parser, type));
  }

  static <T> @Nullable T embedded(JsonParser parser, Class<T> type) throws IOException {
    Object value =
        parser.hasToken(JsonToken.VALUE_EMBEDDED_OBJECT) ? parser.getEmbeddedObject() : null;
    return type.isInstance(value) ? type.cast(value) : null;
  }

  private static <T> void embed(SimpleModule to, Class<T> type) {
    write(to, type, (value, out) -> out.writeEmbeddedObject(value));
  }

  private static <T> void write(
      SimpleModule to, Class<T> type, ExactSerializer.Writing<T> writing) {
    to.addSerializer(type, new ExactSerializer<>(type, writing, false));
  }

  private static <T> void add(
      SimpleModule to,
      Class<T> type,
      @Nullable T absent,
      ExactDeserializer.Reading<? extends T> reading) {
    to.addDeserializer(type, new ExactDeserializer<T>(type, reading::read, absent, false));
  }
}
