package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdDelegatingDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.module.SimpleDeserializers;
import com.fasterxml.jackson.databind.type.ArrayType;
import com.fasterxml.jackson.databind.type.CollectionType;
import com.fasterxml.jackson.databind.type.MapType;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.ClassUtil;
import com.fasterxml.jackson.databind.util.Converter;
import java.io.IOException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads collection interfaces as unmodifiable collections in stored order, because values are
 * shared. Classes such as ArrayList are left to Jackson. Arrays of primitives are read without
 * loss, through their boxed types.
 */
final class ContainerDeserializers extends SimpleDeserializers {
  private static final long serialVersionUID = 1L;

  private static final Map<Class<?>, Class<?>> IMPLEMENTATIONS = Map.of(
      List.class, ArrayList.class,
      Collection.class, ArrayList.class,
      Set.class, DistinctSet.class,
      SortedSet.class, TreeSet.class,
      NavigableSet.class, TreeSet.class,
      Map.class, DistinctMap.class,
      SortedMap.class, TreeMap.class,
      NavigableMap.class, TreeMap.class);

  @Override
  public @Nullable JsonDeserializer<?> findCollectionDeserializer(
      CollectionType type,
      DeserializationConfig config,
      BeanDescription description,
      @Nullable TypeDeserializer elementTypes,
      @Nullable JsonDeserializer<?> elements) {
    return unmodifiable(type, config);
  }

  @Override
  public @Nullable JsonDeserializer<?> findMapDeserializer(
      MapType type,
      DeserializationConfig config,
      BeanDescription description,
      @Nullable KeyDeserializer keys,
      @Nullable TypeDeserializer elementTypes,
      @Nullable JsonDeserializer<?> elements) {
    return unmodifiable(type, config);
  }

  @Override
  public @Nullable JsonDeserializer<?> findArrayDeserializer(
      ArrayType type,
      DeserializationConfig config,
      BeanDescription description,
      @Nullable TypeDeserializer elementTypes,
      @Nullable JsonDeserializer<?> elements) {
    Class<?> component = type.getRawClass().getComponentType();
    // A char[] is text, a byte[] binary.
    if (!component.isPrimitive() || component == byte.class || component == char.class) {
      return null;
    }
    JavaType boxed = config.constructType(ClassUtil.wrapperType(component).arrayType());
    return new Converting(boxed, value -> unbox((Object[]) value, component));
  }

  private static @Nullable JsonDeserializer<?> unmodifiable(
      JavaType type, DeserializationConfig config) {
    Class<?> implementation = IMPLEMENTATIONS.get(type.getRawClass());
    return implementation == null
        ? null
        : new Converting(
            config.getTypeFactory().constructSpecializedType(type, implementation),
            ContainerDeserializers::view);
  }

  private static Object view(Object container) {
    if (container instanceof NavigableSet<?> set) {
      return Collections.unmodifiableNavigableSet(set);
    }
    if (container instanceof NavigableMap<?, ?> map) {
      return Collections.unmodifiableNavigableMap(map);
    }
    if (container instanceof Map<?, ?> map) {
      return Collections.unmodifiableMap(map);
    }
    return container instanceof Set<?> set
        ? Collections.unmodifiableSet(set)
        : Collections.unmodifiableList((List<?>) container);
  }

  private static Object unbox(Object[] boxes, Class<?> component) {
    Object array = Array.newInstance(component, boxes.length);
    for (int i = 0; i < boxes.length; i++) {
      if (boxes[i] == null) {
        throw new IllegalArgumentException("An element of a " + component + "[] is null");
      }
      Array.set(array, i, boxes[i]);
    }
    return array;
  }

  /** Reads one type and converts it to another. */
  static final class Converting extends StdDelegatingDeserializer<Object> {
    private static final long serialVersionUID = 1L;

    Converting(JavaType from, Function<Object, Object> conversion) {
      super(new Conversion(from, conversion));
    }

    private Converting(
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
      return new Converting(converter, delegateType, delegate);
    }

    /** Unlike the superclass, handles the type ids that default typing writes. */
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

  /** A set that refuses duplicates instead of dropping them. */
  static final class DistinctSet<E> extends LinkedHashSet<E> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean add(E element) {
      if (!super.add(element)) {
        throw new IllegalArgumentException("Two elements of a set are equal");
      }
      return true;
    }
  }

  /** A map that refuses equal keys instead of dropping a member: 1 and 01 are the same number. */
  static final class DistinctMap<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;

    @Override
    public V put(K key, V value) {
      if (containsKey(key)) {
        throw new IllegalArgumentException("Two keys of a map are equal");
      }
      return super.put(key, value);
    }
  }
}
