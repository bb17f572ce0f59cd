package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.ContextualSerializer;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import dev.kvstore.KVDate;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes a scalar type as {@link ExactDeserializer} reads it; a {@link KVDate} as a date. */
final class ExactSerializer<T> extends StdScalarSerializer<T> implements ContextualSerializer {
  private static final long serialVersionUID = 1L;

  @FunctionalInterface
  interface Writing<T> {
    void write(T value, JsonGenerator out) throws IOException;
  }

  private final transient Writing<T> writing;
  private final boolean formattable;

  /** @param formattable true to leave a {@link JsonFormat} to Jackson; otherwise it is ignored */
  ExactSerializer(Class<T> type, Writing<T> writing, boolean formattable) {
    super(type);
    this.writing = writing;
    this.formattable = formattable;
  }

  @Override
  public JsonSerializer<?> createContextual(
      SerializerProvider provider, @Nullable BeanProperty property) throws JsonMappingException {
    if (!formattable || property == null) {
      return this;
    }
    JsonFormat.Value format = findFormatOverrides(provider, property, handledType());
    if (format != null && (format.hasPattern() || format.hasShape())) {
      JsonSerializer<?> jacksons = Mappers.jacksonsSerializer(handledType());
      return provider.handleSecondaryContextualization(jacksons, property);
    }
    return handledType() == Instant.class && property.getAnnotation(KVDate.class) != null
        ? new ExactSerializer<>(handledType(), (value, out) -> out.writeEmbeddedObject(value), true)
        : this;
  }

  @Override
  public void serialize(T value, JsonGenerator out, SerializerProvider provider)
      throws IOException {
    writing.write(value, out);
  }
}
