package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.module.SimpleDeserializers;
import com.fasterxml.jackson.databind.type.ArrayType;
import com.fasterxml.jackson.databind.type.CollectionType;
import com.fasterxml.jackson.databind.type.MapType;
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
 * Reads the interfaces of the collections into something that keeps the order and cannot be
 * modified, since what is read may be shared. A type that is a class, such as ArrayList, is left as
 * it is. Arrays of primitive numbers are read by way of their boxes, and so as exactly.
 */
final class ContainerDeserializers extends SimpleDeserializers {
  private static final long serialVersionUID = 1L;

  @Override
  public @Nullable JsonDeserializer<?> findCollectionDeserializer(
      CollectionType type,
      DeserializationConfig config,
      BeanDescription description,
      @Nullable TypeDeserializer elementTypes,
      @Nullable JsonDeserializer<?> elements) {
    Class<?> raw = type.getRawClass();
    if (raw == List.class || raw == Collection.class) {
      return view(type, ArrayList.class, config, ContainerDeserializers::list);
    }
    if (raw == Set.class) {
      return view(type, DistinctSet.class, config, ContainerDeserializers::set);
    }
    return raw == SortedSet.class || raw == NavigableSet.class
        ? view(type, TreeSet.class, config, ContainerDeserializers::sortedSet)
        : null;
  }

  @Override
  public @Nullable JsonDeserializer<?> findMapDeserializer(
      MapType type,
      DeserializationConfig config,
      BeanDescription description,
      @Nullable KeyDeserializer keys,
      @Nullable TypeDeserializer elementTypes,
      @Nullable JsonDeserializer<?> elements) {
    Class<?> raw = type.getRawClass();
    if (raw == Map.class) {
      return view(type, DistinctMap.class, config, ContainerDeserializers::map);
    }
    return raw == SortedMap.class || raw == NavigableMap.class
        ? view(type, TreeMap.class, config, ContainerDeserializers::sortedMap)
        : null;
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
    Class<?> boxes = Array.newInstance(component, 0).getClass();
    JavaType boxed = config.constructType(boxed(component).arrayType());
    return new ConvertingDeserializer(boxed, value -> unbox((Object[]) value, component, boxes));
  }

  private static JsonDeserializer<?> view(
      JavaType type,
      Class<?> implementation,
      DeserializationConfig config,
      Function<Object, Object> view) {
    return new ConvertingDeserializer(
        config.getTypeFactory().constructSpecializedType(type, implementation), view);
  }

  private static Object list(Object list) {
    return Collections.unmodifiableList((List<?>) list);
  }

  private static Object set(Object set) {
    return Collections.unmodifiableSet((Set<?>) set);
  }

  private static Object sortedSet(Object set) {
    return Collections.unmodifiableNavigableSet((NavigableSet<?>) set);
  }

  private static Object map(Object map) {
    return Collections.unmodifiableMap((Map<?, ?>) map);
  }

  private static Object sortedMap(Object map) {
    return Collections.unmodifiableNavigableMap((NavigableMap<?, ?>) map);
  }

  private static Class<?> boxed(Class<?> primitive) {
    return Array.get(Array.newInstance(primitive, 1), 0).getClass();
  }

  private static Object unbox(Object[] boxes, Class<?> component, Class<?> type) {
    Object array = Array.newInstance(component, boxes.length);
    for (int i = 0; i < boxes.length; i++) {
      if (boxes[i] == null) {
        throw new IllegalArgumentException("An element of a " + type.getSimpleName() + " is null");
      }
      Array.set(array, i, boxes[i]);
    }
    return array;
  }

  /** A set that does not swallow an element: an array with two equal ones is no set. */
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

  /** A map that does not swallow a member: two names may be the same number, 1 and 01. */
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
