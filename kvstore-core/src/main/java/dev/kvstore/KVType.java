package dev.kvstore;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The type to read a value as. Create one from a class, or, for a generic type, as an empty
 * subclass, and keep it in a constant:
 *
 * <pre>{@code
 * static final KVType<List<String>> NAMES = new KVType<>() {};
 * }</pre>
 *
 * Immutable and thread-safe, with value equality.
 */
public class KVType<T> {
  private final Type type;
  private final boolean lenient;

  /** Creates the type that a subclass specifies as its type argument. */
  protected KVType() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parameterized)
        || parameterized.getRawType() != KVType.class) {
      throw new IllegalStateException("Name the type argument: new KVType<List<String>>() {}");
    }
    this.type = parameterized.getActualTypeArguments()[0];
    this.lenient = false;
    if (hasVariable(type)) {
      throw new IllegalStateException("The type argument " + type.getTypeName()
          + " has a type variable, which is not known at run time: name the type itself");
    }
  }

  private KVType(Type type, boolean lenient) {
    this.type = Objects.requireNonNull(type, "type");
    this.lenient = lenient;
  }

  /** Returns the type of a class without type parameters. */
  public static <T> KVType<T> of(Class<T> type) {
    return new KVType<>(type, false);
  }

  /**
   * Returns the type for a reflective type, for example that of a record component.
   *
   * @throws IllegalArgumentException if it has a type variable
   */
  public static KVType<?> ofType(Type type) {
    if (hasVariable(type)) {
      throw new IllegalArgumentException("The type " + type.getTypeName()
          + " has a type variable, which is not known at run time");
    }
    return new KVType<>(type, false);
  }

  private static boolean hasVariable(Type type) {
    if (type instanceof ParameterizedType parameterized) {
      return Arrays.stream(parameterized.getActualTypeArguments()).anyMatch(KVType::hasVariable);
    }
    if (type instanceof WildcardType wildcard) {
      return Arrays.stream(wildcard.getUpperBounds()).anyMatch(KVType::hasVariable)
          || Arrays.stream(wildcard.getLowerBounds()).anyMatch(KVType::hasVariable);
    }
    return type instanceof GenericArrayType array
        ? hasVariable(array.getGenericComponentType())
        : type instanceof TypeVariable;
  }

  /**
   * Returns the type as which the value can be read back. A container has its own class, or its
   * interface if it is a view or immutable, with the common type of its elements. Elements of
   * different types can be text, booleans, Integers, Longs, Doubles, and lists and maps of those.
   *
   * @throws IllegalArgumentException if the type has type arguments that cannot be derived from the
   *     value, as with your own generic classes, or if there are other elements of different types
   */
  @SuppressWarnings("unchecked") // the type was chosen so that the value is of it
  public static <T> KVType<T> ofValue(T value) {
    return (KVType<T>) ofType(NaturalTypes.of(Objects.requireNonNull(value, "value")));
  }

  /**
   * Returns a lenient copy of this type: text is read as a number, boolean or other scalar if it
   * spells one, for example {@code "42"} as an {@code Integer}. With a strict type such a read
   * fails with {@link TypeMismatchException}.
   */
  public KVType<T> lenient() {
    return new KVType<>(type, true);
  }

  public Type type() {
    return type;
  }

  public boolean isLenient() {
    return lenient;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof KVType<?> that && type.equals(that.type) && lenient == that.lenient);
  }

  @Override
  public final int hashCode() {
    return type.hashCode() * 31 + Boolean.hashCode(lenient);
  }

  /** Returns the type's name as Java spells it. */
  @Override
  public final String toString() {
    return type.getTypeName();
  }
}
