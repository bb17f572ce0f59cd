package dev.kvstore;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The type that a value is read as. Make one of a class, or of a generic type by an empty subclass,
 * and keep it in a constant:
 *
 * <pre>{@code
 * static final KVType<List<String>> NAMES = new KVType<>() {};
 * }</pre>
 *
 * Immutable and thread-safe. Equal types are equal.
 *
 * @param <T> the type
 */
public class KVType<T> {
  private final Type type;
  private final boolean lenient;

  /** For subclasses that name their type argument. */
  protected KVType() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType parameterized)
        || parameterized.getRawType() != KVType.class) {
      throw new IllegalStateException("Name the type argument: new KVType<List<String>>() {}");
    }
    this.type = parameterized.getActualTypeArguments()[0];
    this.lenient = false;
  }

  private KVType(Type type, boolean lenient) {
    this.type = Objects.requireNonNull(type, "type");
    this.lenient = lenient;
  }

  /** Returns the type for a class that has no type parameters. */
  public static <T> KVType<T> of(Class<T> type) {
    return new KVType<>(type, false);
  }

  /** Returns the type that reflection tells of, for example of a record component. */
  public static KVType<?> ofType(Type type) {
    return new KVType<>(type, false);
  }

  /**
   * Returns the type that the value itself has, as far as it can be told: the elements of a
   * container may be anything.
   */
  @SuppressWarnings("unchecked") // the value is of that type, by the choice of the type
  public static <T> KVType<T> ofValue(T value) {
    Class<?> natural = value instanceof Map
        ? Map.class
        : value instanceof List
            ? List.class
            : value instanceof Set
                ? Set.class
                : value instanceof Enum<?> constant
                    ? constant.getDeclaringClass()
                    : value instanceof java.nio.file.Path
                        ? java.nio.file.Path.class
                        : value instanceof java.time.ZoneId
                            ? java.time.ZoneId.class
                            : value instanceof java.nio.charset.Charset
                                ? java.nio.charset.Charset.class
                                : value.getClass();
    return (KVType<T>) of(natural);
  }

  /**
   * Returns this type with leniency: text is read as a number, boolean or other scalar where it
   * spells one, as {@code "42"} does for an {@code Integer}. Without it such a read fails with
   * {@link TypeMismatchException}.
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
