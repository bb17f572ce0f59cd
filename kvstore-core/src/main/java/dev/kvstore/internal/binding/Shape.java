package dev.kvstore.internal.binding;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of a settings type, and how to create an object of it. */
sealed interface Shape {
  Class<?> type();

  List<Member> members();

  /** Creates an object from these values, in the order of the members; some may be unset. */
  Object make(@Nullable Object[] values) throws InvocationTargetException;

  /** Returns the member of this name, or one with an equivalent spelling; null if there is none. */
  default @Nullable Member member(String name) {
    return members().stream()
        .filter(member -> member.name().equals(name))
        .findFirst()
        .or(() -> members().stream()
            .filter(member -> StoredKeys.areSame(member.name(), name))
            .findFirst())
        .orElse(null);
  }

  /** A record, created by its constructor. */
  record OfRecord(Class<?> type, List<Member> members, Constructor<?> constructor)
      implements Shape {
    @Override
    public Object make(@Nullable Object[] values) throws InvocationTargetException {
      try {
        return constructor.newInstance(values);
      } catch (InstantiationException | IllegalAccessException e) {
        throw new IllegalStateException(
            e); // impossible: a record is not abstract, and the constructor is accessible
      }
    }
  }

  /**
   * An interface, implemented by a proxy: members by index, other methods by their default bodies.
   */
  record OfInterface(
      Class<?> type,
      List<Member> members,
      Map<String, Integer> indexes,
      Map<Method, MethodHandle> bodies)
      implements Shape {
    @Override
    public Object make(@Nullable Object[] values) {
      SnapshotProxy snapshot = new SnapshotProxy(this, values.clone());
      return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, snapshot);
    }
  }

  /** Returns a lookup with access to the non-public members of a type. */
  static MethodHandles.Lookup lookup(Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(type, MethodHandles.lookup());
    } catch (IllegalAccessException e) {
      throw new IllegalArgumentException(
          type.getTypeName() + " cannot be bound: its module must open its package", e);
    }
  }
}
