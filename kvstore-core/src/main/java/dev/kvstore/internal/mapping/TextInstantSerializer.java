package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.ContextualSerializer;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import com.fasterxml.jackson.datatype.jsr310.ser.InstantSerializer;
import dev.kvstore.KVDate;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes an Instant as text, which holds all its digits, or as a date where {@link KVDate} is. */
final class TextInstantSerializer extends StdScalarSerializer<Instant>
    implements ContextualSerializer {
  private static final long serialVersionUID = 1L;

  private final ExactSerializer<Instant> text = new ExactSerializer<>(
      Instant.class, (value, out) -> out.writeString(value.toString()), InstantSerializer.INSTANCE);

  private final ExactSerializer<Instant> date = new ExactSerializer<>(
      Instant.class, (value, out) -> out.writeEmbeddedObject(value), InstantSerializer.INSTANCE);

  TextInstantSerializer() {
    super(Instant.class);
  }

  @Override
  public JsonSerializer<?> createContextual(
      SerializerProvider provider, @Nullable BeanProperty property) throws JsonMappingException {
    boolean isDate = property != null && property.getAnnotation(KVDate.class) != null;
    return (isDate ? date : text).createContextual(provider, property);
  }

  @Override
  public void serialize(Instant value, JsonGenerator out, SerializerProvider provider)
      throws IOException {
    text.serialize(value, out, provider);
  }
}
