package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.std.BeanSerializerBase;
import com.fasterxml.jackson.databind.ser.std.StdDelegatingSerializer;
import com.fasterxml.jackson.databind.ser.std.StdKeySerializers;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToEmptyObjectSerializer;
import com.fasterxml.jackson.databind.util.StdConverter;
import com.fasterxml.jackson.datatype.jdk8.OptionalSerializer;
import dev.kvstore.internal.bson.BsonText;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.util.Calendar;
import java.util.Currency;
import java.util.Date;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.BaseStream;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Refuses types that Jackson can write but not read back equal, unless the application serializes
 * them.
 */
final class RefusedTypes extends BeanSerializerModifier {
  private static final long serialVersionUID = 1L;

  private static final String AS_KEY =
      "as the key of a map would become text that is not read back: use a String, a number, an"
          + " enum or a UUID, or annotate a member with @JsonKey";

  /** The types of map keys that are read back unchanged, besides those of java.time. */
  private static final Set<Class<?>> KEYS = Set.of(
      Boolean.class,
      Character.class,
      Class.class,
      Currency.class,
      Date.class,
      File.class,
      Locale.class,
      ObjectId.class,
      String.class,
      URI.class,
      URL.class,
      UUID.class);

  @Override
  public JsonSerializer<?> modifySerializer(
      SerializationConfig config, BeanDescription description, JsonSerializer<?> serializer) {
    if (serializer instanceof OptionalSerializer) {
      return new StdDelegatingSerializer(new OptionalCheck(), description.getType(), serializer);
    }
    String problem = serializer.getClass().getName().startsWith("com.fasterxml.jackson.")
        ? problem(description, serializer)
        : null;
    return problem == null ? serializer : new Refusal(description.getBeanClass(), problem);
  }

  @SuppressWarnings("JavaUtilDate") // applications use it
  private static @Nullable String problem(
      BeanDescription description, JsonSerializer<?> serializer) {
    Class<?> type = description.getBeanClass();
    if (losesOthers(description)) {
      return "would lose what its @JsonAnySetter reads: annotate the member with @JsonAnyGetter, too";
    }
    if (type.isHidden() || type.isSynthetic()) {
      return "is a lambda, which has no members";
    }
    boolean isFunction = description.getClassAnnotations().has(FunctionalInterface.class);
    if (serializer.getClass() == ToEmptyObjectSerializer.class
        || (isFunction && !serializer.properties().hasNext())) {
      return "has no members that could be stored";
    }
    if (Calendar.class.isAssignableFrom(type) || type.getName().startsWith("javax.xml.datatype.")) {
      return "would lose its zone: use java.time.ZonedDateTime";
    }
    if (Iterator.class.isAssignableFrom(type)
        || BaseStream.class.isAssignableFrom(type)
        || DirectoryStream.class.isAssignableFrom(type)) {
      return "can be read only once: use a List";
    }
    boolean isOfUnknownKind =
        serializer instanceof BeanSerializerBase || Number.class.isAssignableFrom(type);
    return isOfUnknownKind && hasMembersOfTheJdk(type)
        ? "has no stored form: its members are the JDK's own business"
        : null;
  }

  /**
   * Returns true if unknown members are read into a map but not written. An any-setter method may
   * discard them deliberately; a map may not.
   */
  private static boolean losesOthers(BeanDescription description) {
    AnnotatedMember setter = description.findAnySetterAccessor();
    return setter != null
        && !(setter instanceof AnnotatedMethod)
        && description.findAnyGetter() == null;
  }

  private static boolean hasMembersOfTheJdk(Class<?> type) {
    for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
      if (c != Record.class && isJdks(c) && !isNumber(c)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isJdks(Class<?> type) {
    String module = type.getModule().getName();
    return module != null && (module.startsWith("java.") || module.startsWith("jdk."));
  }

  private static boolean isNumber(Class<?> type) {
    return Number.class.isAssignableFrom(type)
        && (type.getPackageName().equals("java.lang")
            || type.getPackageName().equals("java.math")
            || type.getSimpleName().startsWith("Atomic"));
  }

  /** Refuses an empty Optional inside another, which would be read back as empty. */
  private static final class OptionalCheck extends StdConverter<Object, Object> {
    @Override
    public Object convert(Object optional) {
      Object content = ((Optional<?>) optional).orElse(null);
      if (Optional.empty().equals(content)
          || OptionalInt.empty().equals(content)
          || OptionalLong.empty().equals(content)
          || OptionalDouble.empty().equals(content)) {
        throw BsonText.invalid(
            "An empty Optional within another cannot be told from no Optional: use one");
      }
      return optional;
    }
  }

  /**
   * Returns Jackson's serializer for map keys, or one that refuses keys if Jackson's uses
   * {@code toString()}.
   */
  @Override
  public JsonSerializer<?> modifyKeySerializer(
      SerializationConfig config,
      JavaType type,
      BeanDescription description,
      JsonSerializer<?> serializer) {
    Class<?> raw = type.getRawClass();
    if (serializer.getClass() == StdKeySerializers.Dynamic.class) {
      return new KeyOfAnyType();
    }
    boolean isKept = serializer.getClass() != StdKeySerializers.Default.class
        || KEYS.contains(raw)
        || isNumber(raw)
        || raw.getPackageName().equals("java.time")
        || CharSequence.class.isAssignableFrom(raw);
    if (isKept) {
      return serializer;
    }
    return Modifier.isAbstract(raw.getModifiers()) && !raw.isArray()
        ? new KeyOfAnyType()
        : new Refusal(raw, AS_KEY);
  }

  /** Returns a serializer that refuses a null key, which would become text or be dropped. */
  static JsonSerializer<Object> nullKey() {
    return new Refusal("A null key of a map", "cannot be stored");
  }

  /** Selects the serializer by the class of each key. */
  private static final class KeyOfAnyType extends StdKeySerializers.Dynamic {
    private static final long serialVersionUID = 1L;

    @Override
    public void serialize(Object key, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      if (key.getClass() == Object.class) {
        new Refusal(Object.class, AS_KEY).serialize(key, out, provider);
      }
      super.serialize(key, out, provider);
    }
  }

  private static final class Refusal extends StdSerializer<Object> {
    private static final long serialVersionUID = 1L;

    private final String subject;
    private final String problem;

    Refusal(Class<?> type, String problem) {
      this("A " + type.getTypeName(), problem);
    }

    Refusal(String subject, String problem) {
      super(Object.class);
      this.subject = subject;
      this.problem = problem;
    }

    @Override
    public void serialize(Object value, JsonGenerator out, SerializerProvider provider) {
      throw BsonText.invalid(subject + BsonText.at(out.getOutputContext()) + " " + problem);
    }

    @Override
    public void serializeWithType(
        Object value, JsonGenerator out, SerializerProvider provider, TypeSerializer types) {
      serialize(value, out, provider);
    }
  }
}
