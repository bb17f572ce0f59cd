package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.ser.std.ReferenceTypeSerializer;
import com.fasterxml.jackson.databind.type.ReferenceType;
import com.fasterxml.jackson.databind.util.NameTransformer;
import com.fasterxml.jackson.datatype.jdk8.OptionalSerializer;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Writes what is in an Optional, and refuses an empty one in it, which would be read as none. */
final class ExactOptionalSerializer extends OptionalSerializer {
  private static final long serialVersionUID = 1L;

  ExactOptionalSerializer(
      ReferenceType type,
      boolean isStatic,
      @Nullable TypeSerializer types,
      @Nullable JsonSerializer<Object> content) {
    super(type, isStatic, types, content);
  }

  private ExactOptionalSerializer(
      OptionalSerializer base,
      BeanProperty property,
      TypeSerializer types,
      JsonSerializer<?> content,
      NameTransformer unwrapper,
      Object suppressable,
      boolean suppressesNulls) {
    super(base, property, types, content, unwrapper, suppressable, suppressesNulls);
  }

  @Override
  protected ReferenceTypeSerializer<Optional<?>> withResolved(
      BeanProperty property,
      TypeSerializer types,
      JsonSerializer<?> content,
      NameTransformer unwrapper) {
    return new ExactOptionalSerializer(
        this, property, types, content, unwrapper, _suppressableValue, _suppressNulls);
  }

  @Override
  public ReferenceTypeSerializer<Optional<?>> withContentInclusion(
      Object suppressable, boolean suppressesNulls) {
    return new ExactOptionalSerializer(
        this,
        _property,
        _valueTypeSerializer,
        _valueSerializer,
        _unwrapper,
        suppressable,
        suppressesNulls);
  }

  @Override
  protected @Nullable Object _getReferencedIfPresent(Optional<?> value) {
    Object content = super._getReferencedIfPresent(value);
    if (Optional.empty().equals(content)
        || OptionalInt.empty().equals(content)
        || OptionalLong.empty().equals(content)
        || OptionalDouble.empty().equals(content)) {
      throw new InvalidInputException(
          ErrorCode.INVALID_VALUE,
          "An empty Optional within another cannot be told from no Optional: use one");
    }
    return content;
  }
}
