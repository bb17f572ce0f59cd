package dev.kvstore.internal.typed;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Currency;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides if one object may be shared by all readers of a value. Inspects the object, not its type.
 */
final class Sharing {
  private static final Set<Class<?>> IMMUTABLE = Set.of(
      String.class,
      Boolean.class,
      Character.class,
      Byte.class,
      Short.class,
      Integer.class,
      Long.class,
      Float.class,
      Double.class,
      BigInteger.class,
      BigDecimal.class,
      UUID.class,
      URI.class,
      URL.class,
      Locale.class,
      Currency.class,
      Pattern.class,
      OptionalInt.class,
      OptionalLong.class,
      OptionalDouble.class);

  /**
   * The JDK's classes of unmodifiable collections and views; a view can be modified only through
   * its backing collection.
   */
  private static final Set<Class<?>> UNMODIFIABLE = Stream.of(
          Collections.unmodifiableList(new ArrayList<>()),
          Collections.unmodifiableSet(new HashSet<>()),
          Collections.unmodifiableSortedSet(new TreeSet<>()),
          Collections.unmodifiableNavigableSet(new TreeSet<>()),
          Collections.unmodifiableMap(new HashMap<>()),
          Collections.unmodifiableSortedMap(new TreeMap<>()),
          Collections.unmodifiableNavigableMap(new TreeMap<>()),
          List.of(),
          List.of(1),
          Set.of(),
          Set.of(1),
          Map.of(),
          Map.of(1, 1))
      .map(Object::getClass)
      .collect(Collectors.toUnmodifiableSet());

  private Sharing() {}

  /** Returns true if the value is deeply immutable. */
  static boolean isSafe(@Nullable Object value) {
    if (value == null || IMMUTABLE.contains(value.getClass()) || isOfImmutableKind(value)) {
      return true;
    }
    if (value instanceof Optional<?> optional) {
      return optional.isEmpty() || isSafe(optional.get());
    }
    if (value instanceof Record entry) {
      return Arrays.stream(entry.getClass().getRecordComponents())
          .allMatch(component -> isSafe(component, entry));
    }
    if (!UNMODIFIABLE.contains(value.getClass())) {
      return false;
    }
    return value instanceof Map<?, ?> map
        ? allAreSafe(map.keySet()) && allAreSafe(map.values())
        : value instanceof Collection<?> collection && allAreSafe(collection);
  }

  private static boolean isOfImmutableKind(Object value) {
    return value instanceof Enum
        || value instanceof Path
        || value instanceof Charset
        || value.getClass().getPackageName().equals("java.time");
  }

  private static boolean allAreSafe(Collection<?> values) {
    return values.stream().allMatch(Sharing::isSafe);
  }

  private static boolean isSafe(RecordComponent component, Record entry) {
    if (component.getType().isPrimitive()) {
      return true;
    }
    try {
      return component.getAccessor().trySetAccessible()
          && isSafe(component.getAccessor().invoke(entry));
    } catch (ReflectiveOperationException e) {
      // An accessor failed or must not be called, so decode the value for each reader.
      return false;
    }
  }
}
