package dev.kvstore;

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
import org.jspecify.annotations.Nullable;

/** Finds the type as which a value can be read back, with its type arguments. */
final class NaturalTypes {
  /** Whose subclasses are the JDK's own business. */
  private static final List<Class<?>> HIERARCHIES =
      List.of(Path.class, Charset.class, TimeZone.class, InetAddress.class);

  private NaturalTypes() {}

  /** @throws IllegalArgumentException if it cannot be known */
  static Type of(Object value) {
    if (value instanceof Enum<?> constant) {
      return constant.getDeclaringClass();
    }
    if (value instanceof Map<?, ?> map) {
      return parameterized(mapClass(map), ofAll(map.keySet()), ofAll(map.values()));
    }
    if (value instanceof Collection<?> collection) {
      return parameterized(collectionClass(collection), ofAll(collection));
    }
    if (value instanceof Optional<?> optional) {
      return parameterized(Optional.class, ofAll(optional.stream().toList()));
    }
    if (value instanceof ZoneId) {
      return value instanceof ZoneOffset ? ZoneOffset.class : ZoneId.class;
    }
    return HIERARCHIES.stream()
        .filter(type -> type.isInstance(value))
        .findFirst()
        .orElseGet(() -> withoutParameters(value.getClass()));
  }

  /** Returns the type that all have, or Object. */
  private static Type ofAll(Collection<?> values) {
    Set<Type> types =
        values.stream().filter(Objects::nonNull).map(NaturalTypes::of).collect(Collectors.toSet());
    return types.size() == 1 ? types.iterator().next() : Object.class;
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

  /** Returns the class itself, or the nearest above it, that can be made empty and filled. */
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
    if (raw.getTypeParameters().length == 0) {
      return raw;
    }
    boolean isEmptyOfEnums =
        (raw == EnumSet.class || raw == EnumMap.class) && arguments[0] == Object.class;
    if (raw.getTypeParameters().length != arguments.length || isEmptyOfEnums) {
      throw unknown(raw);
    }
    return new Parameterized(raw, List.of(arguments));
  }

  private static IllegalArgumentException unknown(Class<?> type) {
    return new IllegalArgumentException("The type arguments of a " + type.getTypeName()
        + " cannot be told from the value: name them with a KVType");
  }

  /** Equal to the JDK's own of the same parts. */
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
