package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdDelegatingDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.Converter;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads one type and makes another of it. */
final class ConvertingDeserializer extends StdDelegatingDeserializer<Object> {
  private static final long serialVersionUID = 1L;

  ConvertingDeserializer(JavaType from, Function<Object, Object> conversion) {
    super(new Conversion(from, conversion));
  }

  private ConvertingDeserializer(
      Converter<Object, Object> converter,
      JavaType delegateType,
      @Nullable JsonDeserializer<?> delegate) {
    super(converter, delegateType, delegate);
  }

  @Override
  protected StdDelegatingDeserializer<Object> withDelegate(
      Converter<Object, Object> converter,
      JavaType delegateType,
      @Nullable JsonDeserializer<?> delegate) {
    return new ConvertingDeserializer(converter, delegateType, delegate);
  }

  /** Unlike the superclass does not forget the type ids that default typing writes. */
  @Override
  public @Nullable Object deserializeWithType(
      JsonParser parser, DeserializationContext context, TypeDeserializer types)
      throws IOException {
    Object value = _delegateDeserializer.deserializeWithType(parser, context, types);
    return value == null ? null : convertValue(context, value);
  }

  private record Conversion(JavaType from, Function<Object, Object> conversion)
      implements Converter<Object, Object> {
    @Override
    public Object convert(Object value) {
      return conversion.apply(value);
    }

    @Override
    public JavaType getInputType(TypeFactory types) {
      return from;
    }

    @Override
    public JavaType getOutputType(TypeFactory types) {
      return TypeFactory.unknownType();
    }
  }
}
