package dev.kvstore.internal.binding;

import dev.kvstore.ByteSize;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVDefault;
import dev.kvstore.KVException;
import dev.kvstore.KVName;
import dev.kvstore.KVProblem;
import dev.kvstore.KVType;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.mapping.Nullability;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Determines the shapes of settings types. A type that cannot be bound is a programming error. */
final class Shapes {
  private static final Map<Class<?>, Class<?>> NUMBERS = Map.of(
      OptionalInt.class, Integer.class,
      OptionalLong.class, Long.class,
      OptionalDouble.class, Double.class);

  /** Matches leading abbreviations: {@code URL} becomes url, and {@code URLPath} urlPath. */
  private static final Pattern CAPITALS =
      Pattern.compile("^(\\p{IsUppercase}+(?!\\p{IsLowercase})|\\p{IsUppercase})");

  private final BsonCodec codec;
  private final JsonTranscoder json = new JsonTranscoder(ValueLimits.DEFAULT);
  private final Set<Class<?>> around = new LinkedHashSet<>();

  Shapes(BsonCodec codec) {
    this.codec = codec;
  }

  /** @throws IllegalArgumentException if the type cannot be bound */
  Shape of(Class<?> type) {
    if (!isBindable(type)) {
      throw new IllegalArgumentException(type.getTypeName()
          + " cannot be bound: it must be a record, or an interface whose methods return"
          + " something and take nothing, without type parameters");
    }
    around.add(type);
    Shape shape = type.isRecord() ? ofRecord(type) : ofInterface(type);
    around.remove(type);
    Set<String> names = new HashSet<>();
    for (Member member : shape.members()) {
      if (!names.add(member.name())) {
        throw new IllegalArgumentException(
            type.getTypeName() + " has two settings of the name '" + member.name() + "'");
      }
    }
    return shape;
  }

  private static boolean isBindable(Class<?> type) {
    boolean ofSettings = type.isRecord()
        ? type.getRecordComponents().length > 0
        : type.isInterface()
            && !type.isAnnotation()
            && !type.isSealed()
            && !type.getName().startsWith("java")
            && !settings(type).isEmpty()
            && Arrays.stream(type.getMethods())
                .allMatch(
                    method -> !Modifier.isAbstract(method.getModifiers()) || isSetting(method));
    return ofSettings
        && type.getTypeParameters().length == 0
        && type != ByteSize.class
        && !isJacksons(type);
  }

  /** Returns true if Jackson annotations define how the type is read; it is then a single value. */
  private static boolean isJacksons(Class<?> type) {
    return Arrays.stream(type.getAnnotations())
        .anyMatch(annotation ->
            annotation.annotationType().getName().startsWith("com.fasterxml.jackson."));
  }

  private static List<Method> settings(Class<?> type) {
    return Arrays.stream(type.getMethods())
        .filter(Shapes::isSetting)
        .sorted(Comparator.comparing(Method::getName))
        .toList();
  }

  private static boolean isSetting(Method method) {
    return !Modifier.isStatic(method.getModifiers())
        && !method.isSynthetic()
        && method.getParameterCount() == 0
        && method.getReturnType() != void.class
        && method.getTypeParameters().length == 0;
  }

  private Shape ofRecord(Class<?> type) {
    List<RecordComponent> components = List.of(type.getRecordComponents());
    List<Member> members = components.stream()
        .map(component -> member(
            component,
            component.getName(),
            component.getGenericType(),
            component.getAnnotatedType(),
            accessible(component.getAccessor()),
            null))
        .toList();
    Class<?>[] types = components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      if (!constructor.trySetAccessible()) {
        Shape.lookup(type); // throws with the reason
      }
      return new Shape.OfRecord(type, members, constructor);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("A record has such a constructor", e);
    }
  }

  private Shape ofInterface(Class<?> type) {
    List<Member> members = new ArrayList<>();
    Map<String, Integer> indexes = new HashMap<>();
    Map<Method, MethodHandle> bodies = new HashMap<>();
    for (Method method : settings(type)) {
      indexes.put(method.getName(), members.size());
      members.add(member(
          method,
          nameOf(method),
          method.getGenericReturnType(),
          method.getAnnotatedReturnType(),
          accessible(method),
          method.isDefault() ? body(method) : null));
    }
    for (Method method : type.getMethods()) {
      if (method.isDefault() && !indexes.containsKey(method.getName())) {
        bodies.put(method, body(method));
      }
    }
    return new Shape.OfInterface(
        type, List.copyOf(members), Map.copyOf(indexes), Map.copyOf(bodies));
  }

  private static Method accessible(Method method) {
    if (!method.trySetAccessible()) {
      Shape.lookup(method.getDeclaringClass()); // throws with the reason
    }
    return method;
  }

  private static MethodHandle body(Method method) {
    Class<?> owner = method.getDeclaringClass();
    try {
      MethodHandle body = Shape.lookup(owner).unreflectSpecial(method, owner);
      return method.getParameterCount() == 0
          ? body.asType(MethodType.methodType(Object.class, Object.class))
          : body.asType(body.type().changeParameterType(0, Object.class));
    } catch (IllegalAccessException e) {
      throw new IllegalArgumentException(owner.getTypeName() + " cannot be bound", e);
    }
  }

  /** Returns the name of the property, without the prefix get or is. */
  private static String nameOf(Method method) {
    String name = method.getName();
    int start = name.startsWith("get")
        ? 3
        : name.startsWith("is") && method.getReturnType() == boolean.class ? 2 : 0;
    return start > 0 && name.length() > start && Character.isUpperCase(name.charAt(start))
        ? CAPITALS
            .matcher(name.substring(start))
            .replaceFirst(capitals -> capitals.group().toLowerCase(Locale.ROOT))
        : name;
  }

  private Member member(
      AnnotatedElement element,
      String name,
      Type type,
      AnnotatedType annotated,
      Method accessor,
      @Nullable MethodHandle body) {
    KVName other = element.getAnnotation(KVName.class);
    Class<?> raw = accessor.getReturnType();
    Type content = Gathering.content(type);
    boolean nested = content instanceof Class<?> of && isBindable(of) && !around.contains(of);
    Member member = new Member(
        other == null ? name : other.value(),
        KVType.ofType(type),
        contentClass(raw, content),
        Member.EMPTY.containsKey(raw)
            ? Member.Presence.OPTIONAL
            : Nullability.isNullable(element, annotated, accessor) && !raw.isPrimitive()
                ? Member.Presence.NULLABLE
                : Member.Presence.REQUIRED,
        accessor,
        nested ? of((Class<?>) content) : null,
        null,
        body);
    KVDefault fallback = element.getAnnotation(KVDefault.class);
    return fallback == null ? member : member.withFallback(parse(member, fallback.value()));
  }

  private static Class<?> contentClass(Class<?> raw, Type content) {
    Class<?> plain = content instanceof Class<?> of
        ? of
        : content instanceof ParameterizedType generic ? (Class<?>) generic.getRawType() : raw;
    return NUMBERS.getOrDefault(raw, MethodType.methodType(plain).wrap().returnType());
  }

  private Object parse(Member member, String text) {
    String place = member.accessor().getDeclaringClass().getTypeName() + "."
        + member.accessor().getName();
    Object parsed = member.shape() == null
        ? codec.decodeDefault(place, text, member.type())
        : parseGroup(place, member, text);
    if (parsed == null) {
      throw new IllegalArgumentException("@KVDefault of " + place + " is null");
    }
    return parsed;
  }

  /**
   * Parses the default of a member. That of a group is a JSON object, like a document that fills
   * it.
   */
  private @Nullable Object parseGroup(String place, Member member, String text) {
    List<KVProblem> problems = new ArrayList<>();
    Object parsed = null;
    try {
      RawValue value = json.parse(text.getBytes(StandardCharsets.UTF_8));
      StoredKeys keys = new StoredKeys(Map.of(member.name(), value), ".", Set.of());
      parsed = new Filling(codec, keys, ".", Map.of(), problems).only(member);
      keys.unread()
          .forEach(key -> problems.add(new KVProblem(
              key, ErrorCode.TYPE_MISMATCH, "The type has no setting '" + key + "'")));
    } catch (KVException e) {
      problems.add(new KVProblem(member.name(), e.code(), String.valueOf(e.getMessage())));
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("@KVDefault of " + place + " cannot be read as "
          + member.type() + ": " + problems.get(0).message());
    }
    return parsed;
  }
}
