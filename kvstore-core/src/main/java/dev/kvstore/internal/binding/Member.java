package dev.kvstore.internal.binding;

import dev.kvstore.KVType;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One setting of a type.
 *
 * @param name its name in keys
 * @param type the type that it is read as
 * @param content the class of its value, boxed; for an Optional, of its content
 * @param accessor reads it from an object of the type
 * @param shape the shape of a group, which has keys below its own; otherwise null
 * @param fallback the value of its {@link dev.kvstore.KVDefault}, or null
 * @param body the body of its default method in an interface, or null
 */
record Member(
    String name,
    KVType<?> type,
    Class<?> content,
    Presence presence,
    Method accessor,
    @Nullable Shape shape,
    @Nullable Object fallback,
    @Nullable MethodHandle body) {

  /** The empty value of each kind of Optional. */
  static final Map<Class<?>, Object> EMPTY = Map.of(
      Optional.class, Optional.empty(),
      OptionalInt.class, OptionalInt.empty(),
      OptionalLong.class, OptionalLong.empty(),
      OptionalDouble.class, OptionalDouble.empty());

  /** The value of a member that is neither stored nor has a default. */
  enum Presence {
    /** A missing value is a problem. */
    REQUIRED,
    /** A missing value is null. */
    NULLABLE,
    /** A missing value is an empty Optional. */
    OPTIONAL
  }

  /** The container that can be gathered from keys below its own. */
  enum Container {
    NONE,
    LIST,
    MAP
  }

  Container container() {
    if (Map.class.isAssignableFrom(content)) {
      return Container.MAP;
    }
    boolean isList = Collection.class.isAssignableFrom(content)
        || (content.isArray() && content != byte[].class && content != char[].class);
    return isList ? Container.LIST : Container.NONE;
  }

  /** Returns true if a missing value is a problem. */
  boolean isNeeded() {
    return presence == Presence.REQUIRED && body == null;
  }

  Member withFallback(@Nullable Object newFallback) {
    return new Member(name, type, content, presence, accessor, shape, newFallback, body);
  }

  /** Returns the value for a missing one: null, or an empty Optional of its kind. */
  @Nullable
  Object nothing() {
    return EMPTY.get(accessor.getReturnType());
  }

  @Nullable
  Object of(Object owner) {
    try {
      return accessor.invoke(owner);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          "The defaults' " + accessor.getName() + "() failed", e.getCause());
    }
  }

  /**
   * Returns the content of an Optional of any kind, null if it is empty, and any other value
   * unchanged.
   */
  static @Nullable Object unwrapped(@Nullable Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.orElse(null);
    }
    if (value instanceof OptionalInt optional) {
      return optional.isPresent() ? optional.getAsInt() : null;
    }
    if (value instanceof OptionalLong optional) {
      return optional.isPresent() ? optional.getAsLong() : null;
    }
    if (value instanceof OptionalDouble optional) {
      return optional.isPresent() ? optional.getAsDouble() : null;
    }
    return value;
  }
}
