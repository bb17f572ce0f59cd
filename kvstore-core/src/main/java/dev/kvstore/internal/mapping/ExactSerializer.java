package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.ContextualSerializer;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes a scalar type in the form from which {@link ExactDeserializer} gets it back. */
final class ExactSerializer<T> extends StdScalarSerializer<T> implements ContextualSerializer {
  private static final long serialVersionUID = 1L;

  /** Writes one value. */
  @FunctionalInterface
  interface Writing<T> {
    void write(T value, JsonGenerator out) throws IOException;
  }

  private final transient Writing<T> writing;
  private final transient @Nullable JsonSerializer<?> formatted;

  /**
   * @param formatted writes what has a {@link JsonFormat} of its own, or null where that means
   *     nothing
   */
  ExactSerializer(Class<T> type, Writing<T> writing, @Nullable JsonSerializer<?> formatted) {
    super(type);
    this.writing = writing;
    this.formatted = formatted;
  }

  @Override
  public JsonSerializer<?> createContextual(
      SerializerProvider provider, @Nullable BeanProperty property) throws JsonMappingException {
    if (formatted == null || property == null) {
      return this;
    }
    JsonFormat.Value format = findFormatOverrides(provider, property, handledType());
    if (format == null || !(format.hasPattern() || format.hasShape())) {
      return this;
    }
    return formatted instanceof ContextualSerializer contextual
        ? contextual.createContextual(provider, property)
        : formatted;
  }

  @Override
  public void serialize(T value, JsonGenerator out, SerializerProvider provider)
      throws IOException {
    writing.write(value, out);
  }
}
