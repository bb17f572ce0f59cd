package dev.kvstore;

import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.InetAddress;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TimeZone;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the type, with its type arguments, that a value can be read back as. */
final class NaturalTypes {
  /** Types whose subclasses are internal to the JDK. */
  private static final List<Class<?>> HIERARCHIES =
      List.of(Path.class, Charset.class, TimeZone.class, InetAddress.class);

  /** Types that are read back unchanged when read as an Object. */
  private static final Set<Class<?>> PLAIN =
      Set.of(String.class, Boolean.class, Integer.class, Long.class, Double.class);

  private static final Set<Class<?>> OPEN =
      Set.of(Object.class, Number.class, Serializable.class, CharSequence.class);

  private NaturalTypes() {}

  /** @throws IllegalArgumentException if the type cannot be derived from the value */
  static Type of(Object value) {
    return ofAll(List.of(value));
  }

  /** Returns a type that all these values can be read back as; Object if there are none. */
  private static Type ofAll(Collection<?> values) {
    List<?> present = values.stream().filter(Objects::nonNull).toList();
    if (present.isEmpty()) {
      return Object.class;
    }
    if (areAll(Map.class, present)) {
      return ofMaps(present.stream().<Map<?, ?>>map(Map.class::cast).toList());
    }
    if (areAll(Collection.class, present)) {
      return ofCollections(
          present.stream().<Collection<?>>map(Collection.class::cast).toList());
    }
    if (areAll(Optional.class, present)) {
      List<?> contents =
          present.stream().flatMap(value -> ((Optional<?>) value).stream()).toList();
      return new Parameterized(Optional.class, List.of(ofAll(contents)));
    }
    if (areAll(ZoneId.class, present)) {
      return areAll(ZoneOffset.class, present) ? ZoneOffset.class : ZoneId.class;
    }
    if (present.stream().anyMatch(NaturalTypes::isContainer)) {
      return ofPlain(present); // a container among values of other kinds
    }
    Set<Type> types = present.stream().map(NaturalTypes::ofOther).collect(Collectors.toSet());
    return types.size() == 1 ? types.iterator().next() : ofPlain(present);
  }

  private static boolean areAll(Class<?> type, Collection<?> values) {
    return values.stream().allMatch(type::isInstance);
  }

  private static boolean isContainer(Object value) {
    return value instanceof Map || value instanceof Collection || value instanceof Optional;
  }

  private static Type ofMaps(List<Map<?, ?>> maps) {
    Class<?> raw = common(maps.stream().map(NaturalTypes::mapClass), Map.class);
    if (raw.getTypeParameters().length != 2) {
      return withoutParameters(raw);
    }
    List<?> keys = maps.stream().flatMap(map -> map.keySet().stream()).toList();
    Type key = ofAll(keys);
    if (key == Object.class && !keys.isEmpty()) {
      throw mixed();
    }
    return parameterized(
        raw, key, ofAll(maps.stream().flatMap(map -> map.values().stream()).toList()));
  }

  private static Type ofCollections(List<Collection<?>> collections) {
    Class<?> other = areAll(List.class, collections)
        ? List.class
        : areAll(Set.class, collections) ? Set.class : Object.class;
    Class<?> raw = common(collections.stream().map(NaturalTypes::collectionClass), other);
    if (raw == Object.class) {
      return ofPlain(collections);
    }
    return raw.getTypeParameters().length != 1
        ? withoutParameters(raw)
        : parameterized(
            raw, ofAll(collections.stream().flatMap(Collection::stream).toList()));
  }

  private static Class<?> common(Stream<Class<?>> classes, Class<?> otherwise) {
    Set<Class<?>> different = classes.collect(Collectors.toSet());
    return different.size() == 1 ? different.iterator().next() : otherwise;
  }

  private static Type ofOther(Object value) {
    if (value instanceof Enum<?> constant) {
      return constant.getDeclaringClass();
    }
    if (value instanceof Object[] array && !namesElements(array.getClass())) {
      ofPlain(Arrays.asList(array));
    }
    return HIERARCHIES.stream()
        .filter(type -> type.isInstance(value))
        .findFirst()
        .orElseGet(() -> withoutParameters(value.getClass()));
  }

  /**
   * Returns false for an array whose component type does not determine the type of its elements.
   */
  private static boolean namesElements(Class<?> array) {
    Class<?> element = array;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    return element.getTypeParameters().length == 0 && !OPEN.contains(element);
  }

  /** Returns Object, which plain values can be read back as; refuses other values. */
  private static Type ofPlain(Collection<?> values) {
    if (!values.stream().allMatch(NaturalTypes::isPlain)) {
      throw mixed();
    }
    return Object.class;
  }

  private static boolean isPlain(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return areAll(String.class, map.keySet())
          && map.values().stream().allMatch(NaturalTypes::isPlain);
    }
    if (value instanceof List<?> list) {
      return list.stream().allMatch(NaturalTypes::isPlain);
    }
    if (value instanceof Object[] array) {
      return Arrays.stream(array).allMatch(NaturalTypes::isPlain);
    }
    return value == null || PLAIN.contains(value.getClass());
  }

  private static Class<?> withoutParameters(Class<?> type) {
    if (type.getTypeParameters().length > 0) {
      throw unknown(type);
    }
    return type;
  }

  private static Class<?> mapClass(Map<?, ?> map) {
    if (map instanceof EnumMap) {
      return EnumMap.class;
    }
    Class<?> own = instantiable(map.getClass());
    return own != null ? own : map instanceof SortedMap ? SortedMap.class : Map.class;
  }

  private static Class<?> collectionClass(Collection<?> collection) {
    if (collection instanceof EnumSet) {
      return EnumSet.class;
    }
    Class<?> own = instantiable(collection.getClass());
    if (own != null) {
      return own;
    }
    if (collection instanceof List) {
      return List.class;
    }
    return collection instanceof SortedSet
        ? SortedSet.class
        : collection instanceof Set ? Set.class : Collection.class;
  }

  /** Returns the class, or its nearest superclass, that can be instantiated empty and filled. */
  private static @Nullable Class<?> instantiable(Class<?> type) {
    for (Class<?> c = type; c != Object.class; c = c.getSuperclass()) {
      if (!c.isAnonymousClass() && !Modifier.isAbstract(c.getModifiers()) && canBeMade(c)) {
        return c;
      }
    }
    return null;
  }

  private static boolean canBeMade(Class<?> type) {
    boolean isJdks = type.getName().startsWith("java.");
    return Arrays.stream(type.getDeclaredConstructors())
        .filter(constructor -> constructor.getParameterCount() == 0)
        .map(Constructor::getModifiers)
        .anyMatch(modifiers -> isJdks
            ? Modifier.isPublic(modifiers) && Modifier.isPublic(type.getModifiers())
            : !Modifier.isPrivate(modifiers));
  }

  private static Type parameterized(Class<?> raw, Type... arguments) {
    if ((raw == EnumSet.class || raw == EnumMap.class) && arguments[0] == Object.class) {
      throw unknown(raw);
    }
    return new Parameterized(raw, List.of(arguments));
  }

  private static IllegalArgumentException unknown(Class<?> type) {
    return new IllegalArgumentException("The type arguments of a " + type.getTypeName()
        + " cannot be told from the value: name them with a KVType");
  }

  private static IllegalArgumentException mixed() {
    return new IllegalArgumentException("The value has elements of different types, which would"
        + " not come back as they are: name the type with a KVType");
  }

  /** A parameterized type that is equal to the JDK's. */
  private record Parameterized(Class<?> raw, List<Type> arguments) implements ParameterizedType {
    @Override
    public Type[] getActualTypeArguments() {
      return arguments.toArray(Type[]::new);
    }

    @Override
    public Type getRawType() {
      return raw;
    }

    @Override
    public @Nullable Type getOwnerType() {
      return raw.getDeclaringClass();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof ParameterizedType that
          && raw.equals(that.getRawType())
          && Objects.equals(getOwnerType(), that.getOwnerType())
          && Arrays.equals(getActualTypeArguments(), that.getActualTypeArguments());
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(getActualTypeArguments())
          ^ Objects.hashCode(getOwnerType())
          ^ raw.hashCode();
    }

    @Override
    public String toString() {
      return raw.getTypeName()
          + arguments.stream().map(Type::getTypeName).collect(Collectors.joining(", ", "<", ">"));
    }
  }
}
