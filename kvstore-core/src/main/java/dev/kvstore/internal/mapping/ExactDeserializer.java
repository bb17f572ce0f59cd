package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import dev.kvstore.ByteSize;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a scalar type, but only from stored types that represent it exactly. */
final class ExactDeserializer<T> extends StdScalarDeserializer<T>
    implements ContextualDeserializer {
  /** The attribute that is true if text may be read as a number or a boolean. */
  static final Object LENIENT = new Object();

  /** The types with our own parsers, whose messages do not repeat the text. */
  private static final Set<Class<?>> OURS = Set.of(ByteSize.class, Duration.class);

  private static final long serialVersionUID = 1L;

  /**
   * Reads the token; returns null or throws an IllegalArgumentException of the JDK if it is not an
   * exact value.
   */
  @FunctionalInterface
  interface Reading<T> {
    @Nullable
    T read(JsonParser parser, boolean lenient) throws IOException;
  }

  private final Class<T> type;
  private final transient Reading<T> reading;
  private final transient @Nullable T absent;
  private final boolean formattable;

  /**
   * @param absent the value of a missing member and, except for primitive types, of null
   * @param formattable true to leave a {@link JsonFormat} to Jackson; otherwise it can only select
   *     text
   */
  ExactDeserializer(Class<T> type, Reading<T> reading, @Nullable T absent, boolean formattable) {
    super(type);
    this.type = type;
    this.reading = reading;
    this.absent = absent;
    this.formattable = formattable;
  }

  @Override
  public JsonDeserializer<?> createContextual(
      DeserializationContext context, @Nullable BeanProperty property) throws JsonMappingException {
    JsonFormat.Value format =
        property == null ? null : findFormatOverrides(context, property, handledType());
    if (format == null || !(format.hasPattern() || format.hasShape())) {
      return this;
    }
    if (formattable) {
      return context.handleSecondaryContextualization(
          Mappers.jacksonsDeserializer(type), property, context.constructType(type));
    }
    // A property that is written as text is also read from text.
    return format.getShape() == JsonFormat.Shape.STRING
        ? new ExactDeserializer<>(
            type, (parser, lenient) -> reading.read(parser, true), absent, false)
        : this;
  }

  @Override
  public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    T value = null;
    try {
      value = reading.read(parser, context.getAttribute(LENIENT) != null);
    } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
      String message = e.getMessage();
      if (message != null && OURS.contains(type) && parser.hasToken(JsonToken.VALUE_STRING)) {
        throw new DecodeFailure.MalformedTextException(parser, message, type);
      }
      // The messages of other parsers may quote the value.
    }
    if (value == null) {
      throw MismatchedInputException.from(
          parser, handledType(), "No exact value of the type is stored");
    }
    return value;
  }

  @Override
  public Object deserializeWithType(
      JsonParser parser, DeserializationContext context, TypeDeserializer types)
      throws IOException {
    boolean wrapped =
        parser.hasToken(JsonToken.START_ARRAY) || parser.hasToken(JsonToken.START_OBJECT);
    return wrapped
        ? types.deserializeTypedFromScalar(parser, context)
        : deserialize(parser, context);
  }

  @Override
  public @Nullable T getNullValue(DeserializationContext context) throws JsonMappingException {
    if (handledType().isPrimitive()) {
      throw MismatchedInputException.from(
          context.getParser(), handledType(), "A primitive cannot be null");
    }
    return absent;
  }

  @Override
  public @Nullable Object getAbsentValue(DeserializationContext context) {
    return absent;
  }

  @Override
  public @Nullable Object getEmptyValue(DeserializationContext context) {
    return absent;
  }

  @Override
  public boolean isCachable() {
    return true;
  }
}
