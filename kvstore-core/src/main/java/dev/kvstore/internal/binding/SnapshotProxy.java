package dev.kvstore.internal.binding;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The implementation of a settings interface: returns the values that were read. */
final class SnapshotProxy implements InvocationHandler {
  /** Marks a value that a default method has yet to provide. */
  static final Object UNSET = new Object();

  private final Shape.OfInterface shape;
  private final @Nullable Object[] values;

  SnapshotProxy(Shape.OfInterface shape, @Nullable Object[] values) {
    this.shape = shape;
    this.values = values;
  }

  /**
   * Sets the value permanently to the result of the default method. Called before the object is
   * shared.
   */
  static @Nullable Object settle(Object proxy, int index) throws Throwable {
    SnapshotProxy snapshot = (SnapshotProxy) Proxy.getInvocationHandler(proxy);
    Object value = snapshot.value(proxy, index);
    snapshot.values[index] = value;
    return value;
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] arguments)
      throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return switch (method.getName()) {
        case "equals" -> isEqual(arguments[0]);
        case "hashCode" -> Arrays.deepHashCode(values);
        default -> toString();
      };
    }
    Integer index = method.getParameterCount() == 0 ? shape.indexes().get(method.getName()) : null;
    if (index != null) {
      return value(proxy, index);
    }
    return Objects.requireNonNull(shape.bodies().get(method), method.getName())
        .bindTo(proxy)
        .invokeWithArguments(arguments == null ? new Object[0] : arguments);
  }

  private @Nullable Object value(Object proxy, int index) throws Throwable {
    Object value = values[index];
    return value == UNSET
        ? Objects.requireNonNull(shape.members().get(index).body()).invoke(proxy)
        : value;
  }

  private boolean isEqual(@Nullable Object other) {
    return other != null
        && Proxy.isProxyClass(other.getClass())
        && Proxy.getInvocationHandler(other) instanceof SnapshotProxy that
        && shape.type() == that.shape.type()
        && Arrays.deepEquals(values, that.values);
  }

  /** Only the names, because values may be secrets. */
  @Override
  public String toString() {
    List<String> names = shape.members().stream().map(Member::name).toList();
    return shape.type().getSimpleName() + names;
  }
}
