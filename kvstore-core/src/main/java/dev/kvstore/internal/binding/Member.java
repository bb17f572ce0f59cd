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
 * @param type what it is read as
 * @param content the class of a value, boxed; of an Optional that of what is in it
 * @param accessor returns it from an object of the type
 * @param shape what it is made of, where it has keys below its own; else null
 * @param fallback what {@link dev.kvstore.KVDefault} says, or null where it says nothing
 * @param body what a default method of an interface does, or null where there is none
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

  /** What stands for nothing in each kind of Optional. */
  static final Map<Class<?>, Object> EMPTY = Map.of(
      Optional.class, Optional.empty(),
      OptionalInt.class, OptionalInt.empty(),
      OptionalLong.class, OptionalLong.empty(),
      OptionalDouble.class, OptionalDouble.empty());

  /** What it is where nothing is stored, and nothing says what it is then. */
  enum Presence {
    /** That is a problem. */
    REQUIRED,
    /** It is null. */
    NULLABLE,
    /** It is an empty Optional. */
    OPTIONAL
  }

  /** What may be made of values below its key. */
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

  /** Returns true if there is nothing that it could be where nothing is stored. */
  boolean isNeeded() {
    return presence == Presence.REQUIRED && body == null;
  }

  Member withFallback(@Nullable Object newFallback) {
    return new Member(name, type, content, presence, accessor, shape, newFallback, body);
  }

  /** Returns what stands for nothing: null, or an empty Optional of its kind. */
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

  /** Returns what is in it, where it is an Optional of some kind; null where that is empty. */
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
