package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.deser.DefaultDeserializationContext;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.DefaultSerializerProvider;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** Makes a mapper lossless regardless of its configuration. */
final class Mappers {
  /** Reads and writes dates and times as Jackson does. */
  private static final JsonMapper JACKSONS =
      JsonMapper.builder().addModule(new JavaTimeModule()).build();

  private Mappers() {}

  /** Returns a copy with the BSON types; turns off features that would lose data silently. */
  static ObjectMapper exact(ObjectMapper applications) {
    ObjectMapper mapper = applications.copy();
    mapper.registerModules(new Jdk8Module(), new JavaTimeModule(), bsonTypes());
    addLast(new DecodeFailure.RefusalHandler(), mapper);
    refuseCoercions(mapper);
    // A member omitted as null or empty may be read back differently, and a map would lose a key.
    mapper.setDefaultPropertyInclusion(
        JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS));
    mapper.setConfig(mapper
        .getDeserializationConfig()
        .with(
            DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
            DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
            DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
            DeserializationFeature.FAIL_ON_INVALID_SUBTYPE,
            DeserializationFeature.FAIL_ON_UNRESOLVED_OBJECT_IDS,
            DeserializationFeature.WRAP_EXCEPTIONS)
        .without(
            DeserializationFeature.ACCEPT_FLOAT_AS_INT,
            DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY,
            DeserializationFeature.UNWRAP_SINGLE_VALUE_ARRAYS,
            DeserializationFeature.UNWRAP_ROOT_VALUE,
            DeserializationFeature.ACCEPT_EMPTY_STRING_AS_NULL_OBJECT,
            DeserializationFeature.ACCEPT_EMPTY_ARRAY_AS_NULL_OBJECT,
            DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL,
            DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS,
            DeserializationFeature.USE_BIG_INTEGER_FOR_INTS,
            DeserializationFeature.USE_LONG_FOR_INTS,
            DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
        .without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .without(JsonNodeFeature.USE_BIG_DECIMAL_FOR_FLOATS));
    mapper.setConfig(mapper
        .getSerializationConfig()
        .with(
            SerializationFeature.FAIL_ON_EMPTY_BEANS,
            SerializationFeature.FAIL_ON_SELF_REFERENCES,
            SerializationFeature.WRAP_EXCEPTIONS,
            SerializationFeature.WRITE_EMPTY_JSON_ARRAYS)
        .without(
            SerializationFeature.WRAP_ROOT_VALUE,
            SerializationFeature.WRITE_DATES_AS_TIMESTAMPS,
            SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS,
            SerializationFeature.WRITE_DATE_KEYS_AS_TIMESTAMPS,
            SerializationFeature.WRITE_ENUMS_USING_INDEX,
            SerializationFeature.WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED,
            SerializationFeature.WRITE_CHAR_ARRAYS_AS_JSON_ARRAYS)
        .without(EnumFeature.WRITE_ENUMS_TO_LOWERCASE));
    DefaultSerializerProvider provider = new TypedElements(
        mapper.getSerializerProvider(),
        mapper.getSerializationConfig(),
        mapper.getSerializerFactory());
    provider.setNullKeySerializer(RefusedTypes.nullKey());
    mapper.setSerializerProvider(provider);
    return mapper;
  }

  /** Returns a module of the BSON types, which takes precedence over modules registered earlier. */
  static SimpleModule bsonTypes() {
    SimpleModule module = new SimpleModule("kvstore-bson");
    module.setDeserializers(new ContainerDeserializers());
    module.setSerializerModifier(new RefusedTypes());
    module.setValueInstantiators(new CompleteInstantiator.Finder());
    module.addDeserializer(Object.class, new AnyDeserializer());
    ScalarTypes.addTo(module);
    TextTypes.addTo(module);
    return module;
  }

  /** Adds the handler last; the application's handlers are called first. */
  private static void addLast(DeserializationProblemHandler last, ObjectMapper mapper) {
    Deque<DeserializationProblemHandler> fromTheLast = new ArrayDeque<>();
    var theirs = mapper.getDeserializationConfig().getProblemHandlers();
    for (; theirs != null; theirs = theirs.next()) {
      fromTheLast.push(theirs.value());
    }
    fromTheLast.push(last);
    mapper.clearProblemHandlers();
    fromTheLast.forEach(mapper::addHandler);
  }

  @SuppressWarnings("deprecation") // Jackson has no other way to change an existing mapper
  private static void refuseCoercions(ObjectMapper mapper) {
    mapper.configure(MapperFeature.ALLOW_COERCION_OF_SCALARS, false);
    for (LogicalType type : LogicalType.values()) {
      mapper
          .coercionConfigFor(type)
          .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail)
          .setCoercion(CoercionInputShape.EmptyArray, CoercionAction.Fail);
    }
    // The empty text is a valid URI and a valid locale.
    for (Class<?> type : List.of(URI.class, Locale.class)) {
      mapper
          .coercionConfigFor(type)
          .setCoercion(CoercionInputShape.EmptyString, CoercionAction.TryConvert);
    }
  }

  static JsonSerializer<?> jacksonsSerializer(Class<?> type) throws JsonMappingException {
    return JACKSONS.getSerializerProviderInstance().findValueSerializer(type);
  }

  static JsonDeserializer<?> jacksonsDeserializer(Class<?> type) throws JsonMappingException {
    return context(JACKSONS).findNonContextualValueDeserializer(JACKSONS.constructType(type));
  }

  /** Returns a context for finding deserializers, without input. */
  static DefaultDeserializationContext context(ObjectMapper mapper) {
    return ((DefaultDeserializationContext) mapper.getDeserializationContext())
        .createDummyInstance(mapper.getDeserializationConfig());
  }
}
