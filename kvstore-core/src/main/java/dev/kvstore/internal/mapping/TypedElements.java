package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CacheProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.ser.DefaultSerializerProvider;
import com.fasterxml.jackson.databind.ser.SerializerFactory;
import com.fasterxml.jackson.databind.ser.impl.TypeWrappedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the type ids of polymorphic elements even if the type argument of the enclosing list or
 * map is not known, which is so for every value passed as an object. They are needed to read the
 * value back.
 */
final class TypedElements extends DefaultSerializerProvider {
  private static final long serialVersionUID = 1L;

  TypedElements(SerializerProvider source, SerializationConfig config, SerializerFactory factory) {
    super(source, config, factory);
  }

  private TypedElements(TypedElements source) {
    super(source);
  }

  private TypedElements(TypedElements source, CacheProvider caches) {
    super(source, caches);
  }

  @Override
  public DefaultSerializerProvider copy() {
    return new TypedElements(this);
  }

  @Override
  public DefaultSerializerProvider withCaches(CacheProvider caches) {
    return new TypedElements(this, caches);
  }

  @Override
  public DefaultSerializerProvider createInstance(
      SerializationConfig config, SerializerFactory factory) {
    return new TypedElements(this, config, factory);
  }

  @Override
  public JsonSerializer<Object> findContentValueSerializer(
      Class<?> type, @Nullable BeanProperty property) throws JsonMappingException {
    return findContentValueSerializer(_config.constructType(type), property);
  }

  @Override
  public JsonSerializer<Object> findContentValueSerializer(
      JavaType type, @Nullable BeanProperty property) throws JsonMappingException {
    return typed(super.findContentValueSerializer(type, property), type, property);
  }

  @Override
  public JsonSerializer<Object> findPrimaryPropertySerializer(
      Class<?> type, @Nullable BeanProperty property) throws JsonMappingException {
    return findPrimaryPropertySerializer(_config.constructType(type), property);
  }

  @Override
  public JsonSerializer<Object> findPrimaryPropertySerializer(
      JavaType type, @Nullable BeanProperty property) throws JsonMappingException {
    JsonSerializer<Object> serializer = super.findPrimaryPropertySerializer(type, property);
    return isForgotten(property) ? typed(serializer, type, property) : serializer;
  }

  /** Returns true if the declared type is {@code Object} or an Optional of it. */
  private static boolean isForgotten(@Nullable BeanProperty property) {
    if (property == null) {
      return true;
    }
    JavaType type = property.getType();
    return (type.isReferenceType() ? type.getContentType() : type).isJavaLangObject();
  }

  /**
   * Returns a serializer that writes type ids. Callers that know the type ids use
   * {@code serializeWithType}, which is unchanged.
   */
  private JsonSerializer<Object> typed(
      JsonSerializer<Object> serializer, JavaType type, @Nullable BeanProperty property)
      throws JsonMappingException {
    TypeSerializer ids = findTypeSerializer(type);
    return ids == null
        ? serializer
        : new TypeWrappedSerializer(ids.forProperty(property), serializer);
  }
}
