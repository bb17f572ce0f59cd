package dev.kvstore.internal.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.kvstore.KVType;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests Jackson's annotations and the mappers of applications. */
class BsonCodecMapperTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
  private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Circle.class, name = "circle"),
    @JsonSubTypes.Type(value = Note.class, name = "note")
  })
  sealed interface Shape permits Circle, Note {}

  @SuppressWarnings("ArrayRecordComponent") // applications use them
  record Circle(double radius, int[] marks) implements Shape {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Circle that
          && radius == that.radius
          && Arrays.equals(marks, that.marks);
    }

    @Override
    public int hashCode() {
      return Double.hashCode(radius);
    }
  }

  record Note(Instant at, UUID id, ObjectId oid, BigDecimal price, long count, Object any)
      implements Shape {}

  record Holder<T>(T content) {}

  static final class Open {
    @JsonProperty
    int known;

    private final Map<String, Object> rest = new LinkedHashMap<>();

    @JsonAnySetter
    void put(String name, Object value) {
      rest.put(name, value);
    }

    @JsonAnyGetter
    Map<String, Object> rest() {
      return rest;
    }
  }

  static final class Created {
    final Instant at;

    @JsonProperty
    @Nullable
    Object later;

    @JsonCreator
    Created(@JsonProperty("at") Instant at) {
      this.at = at;
    }

    @JsonProperty
    Instant at() {
      return at;
    }
  }

  static final class Wrapping {
    @JsonUnwrapped
    @Nullable
    Inner inner;

    @JsonProperty
    int own;

    record Inner(Instant at, UUID id) {}
  }

  record Formatted(
      @JsonFormat(pattern = "dd.MM.yyyy") LocalDate day,
      @JsonFormat(shape = JsonFormat.Shape.STRING) BigDecimal price,
      @JsonFormat(shape = JsonFormat.Shape.STRING) long count) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Tolerant(int x) {}

  record Plain(int someNumber) {}

  private final BsonCodec codec = BsonCodec.create();

  private static Note note() {
    return new Note(
        NOON,
        ID,
        new ObjectId("6740f1a2b3c4d5e6f7a8b9c0"),
        new BigDecimal("1.50"),
        7L,
        List.of(1L, Date.from(NOON), ID, new BigDecimal("2.00"), Decimal128.NaN));
  }

  @Test
  void polymorphic_comesBackEqual() {
    Shape shape = new Circle(1, new int[] {1, 2});
    assertThat(codec.decode("key", codec.encode(shape), KVType.of(Shape.class))).isEqualTo(shape);
    assertThat(codec.decode("key", codec.encode(note()), KVType.of(Shape.class)))
        .isEqualTo(note());
  }

  @Test
  void polymorphicElements_keepTheirTypeIds() {
    List<Shape> shapes = List.of(note(), new Circle(1, new int[0]));
    Map<String, Shape> named = Map.of("a", note());
    Optional<Shape> optional = Optional.of(note());
    Holder<Shape> holder = new Holder<>(note());

    assertThat(codec.decode("key", codec.encode(shapes), new KVType<List<Shape>>() {}))
        .isEqualTo(shapes);
    assertThat(codec.decode("key", codec.encode(named), new KVType<Map<String, Shape>>() {}))
        .isEqualTo(named);
    assertThat(codec.decode("key", codec.encode(optional), new KVType<Optional<Shape>>() {}))
        .isEqualTo(optional);
    assertThat(codec.decode("key", codec.encode(holder), new KVType<Holder<Shape>>() {}))
        .isEqualTo(holder);
    assertThat(codec.decode("key", codec.encode(new Shape[] {note()}), KVType.of(Shape[].class)))
        .containsExactly(note());
  }

  /** Returns the value with its type id last, so that Jackson must buffer everything before it. */
  private RawValue withTypeIdLast(Object value, String id) {
    BsonDocument document = BsonValues.toBsonValue(codec.encode(value)).asDocument();
    BsonDocument reordered = new BsonDocument();
    document.forEach(reordered::put);
    reordered.remove("kind");
    return BsonValues.ofBsonValue(reordered.append("kind", new org.bson.BsonString(id)));
  }

  @Test
  void buffered_keepsWhatJsonHasNoTypeFor() {
    assertThat(codec.decode("key", withTypeIdLast(note(), "note"), KVType.of(Shape.class)))
        .isEqualTo(note());
  }

  @Test
  void buffered_isAsExact() {
    RawValue raw = withTypeIdLast(Map.of("radius", 1, "marks", List.of(2.0)), "circle");
    RawValue lossy = withTypeIdLast(Map.of("radius", 1, "marks", List.of(2.5)), "circle");
    RawValue tooLarge = withTypeIdLast(Map.of("radius", (1L << 53) + 1), "circle");

    assertThat(codec.decode("key", raw, KVType.of(Shape.class)))
        .isEqualTo(new Circle(1, new int[] {2}));
    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(() -> codec.decode("key", lossy, KVType.of(Shape.class)));
    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(() -> codec.decode("key", tooLarge, KVType.of(Shape.class)));
  }

  @Test
  void anySetter_getsTypedValues() {
    Map<String, Object> stored = Map.of("known", 1, "at", Date.from(NOON), "id", ID, "n", 5L);
    RawValue raw = codec.encode(stored);
    Open open = Objects.requireNonNull(codec.decode("key", raw, KVType.of(Open.class)));

    assertThat(open.rest())
        .containsOnlyKeys("at", "id", "n")
        .containsValues(Date.from(NOON), ID, 5L);
    assertThat(codec.decode("key", codec.encode(open), KVType.of(Object.class))).isEqualTo(stored);
  }

  @Test
  void creator_afterOtherMembers_getsTypedValues() {
    Map<String, Object> stored = new LinkedHashMap<>();
    stored.put("later", List.of(ID, 5L, Date.from(NOON)));
    stored.put("at", NOON);
    Created created =
        Objects.requireNonNull(codec.decode("key", codec.encode(stored), KVType.of(Created.class)));

    assertThat(created.at).isEqualTo(NOON);
    assertThat(created.later).isEqualTo(List.of(ID, 5L, Date.from(NOON)));
  }

  @Test
  void unwrapped_getsTypedValues() {
    RawValue raw = codec.encode(Map.of("own", 1, "at", NOON, "id", ID));
    Wrapping wrapping = Objects.requireNonNull(codec.decode("key", raw, KVType.of(Wrapping.class)));

    assertThat(wrapping.inner).isEqualTo(new Wrapping.Inner(NOON, ID));
    assertThat(codec.decode("key", codec.encode(wrapping), KVType.of(Object.class)))
        .isEqualTo(codec.decode("key", raw, KVType.of(Object.class)));
  }

  @Test
  void jsonNode_isStoredAgainAsItWas() {
    RawValue raw = codec.encode(
        Map.of("a", Arrays.asList(1, 2L, 0.1, new BigDecimal("1.50"), null, "x", NOON, ID, true)));
    JsonNode node = codec.decode("key", raw, KVType.of(JsonNode.class));

    assertThat(codec.encode(node)).isEqualTo(raw);
  }

  @Test
  void format_ofAProperty_isKept() {
    Formatted value = new Formatted(LocalDate.of(2026, 1, 2), new BigDecimal("1.50"), 5);
    RawValue raw = codec.encode(value);

    assertThat(codec.decode("key", raw, KVType.of(Object.class)))
        .isEqualTo(Map.of("day", "02.01.2026", "price", "1.50", "count", "5"));
    assertThat(codec.decode("key", raw, KVType.of(Formatted.class))).isEqualTo(value);
  }

  @Test
  void annotatedClass_mayIgnoreUnknownMembers() {
    assertThat(codec.decode("key", codec.encode(Map.of("x", 1, "y", 2)), KVType.of(Tolerant.class)))
        .isEqualTo(new Tolerant(1));
  }

  /** Returns a mapper with all leniencies of Jackson. */
  @SuppressWarnings("deprecation") // applications may use them
  private static ObjectMapper lenient() {
    return JsonMapper.builder()
        .addModule(new JavaTimeModule())
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .disable(DeserializationFeature.WRAP_EXCEPTIONS)
        .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        .enable(DeserializationFeature.ACCEPT_EMPTY_STRING_AS_NULL_OBJECT)
        .enable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .enable(DeserializationFeature.USE_LONG_FOR_INTS)
        .enable(DeserializationFeature.UNWRAP_ROOT_VALUE)
        .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
        .enable(SerializationFeature.WRAP_ROOT_VALUE)
        .enable(SerializationFeature.WRITE_ENUMS_USING_INDEX)
        .enable(SerializationFeature.WRITE_SINGLE_ELEM_ARRAYS_UNWRAPPED)
        .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
        .enable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .enable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .defaultPropertyInclusion(JsonInclude.Value.construct(
            JsonInclude.Include.NON_EMPTY, JsonInclude.Include.NON_EMPTY))
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .build();
  }

  @Test
  void applicationsMapper_isHeldToExactness() {
    BsonCodec lenient = BsonCodec.create(lenient(), ValueLimits.DEFAULT);
    Map<Object, KVType<?>> refused = Map.of(
        Map.of("some_number", 1, "other", 2),
        KVType.of(Plain.class),
        Map.of("some_number", 1.5),
        KVType.of(Plain.class),
        Map.of("some_number", "1"),
        KVType.of(Plain.class),
        5,
        new KVType<List<Integer>>() {},
        "",
        KVType.of(Plain.class),
        "MAYBE",
        KVType.of(Thread.State.class));

    refused.forEach((stored, type) -> assertThatExceptionOfType(TypeMismatchException.class)
        .as("%s as %s", stored, type)
        .isThrownBy(() -> lenient.decode("key", lenient.encode(stored), type))
        .withNoCause());
  }

  @Test
  void applicationsMapper_storesTheTypesOfBson() {
    BsonCodec lenient = BsonCodec.create(lenient(), ValueLimits.DEFAULT);
    ZonedDateTime zoned = NOON.atZone(ZoneId.of("Europe/Berlin"));
    List<Object> values = List.of(
        1, 5L, 1.5, NOON, ID, new Plain(1), List.of(1), Thread.State.NEW, zoned, Optional.of(1));

    for (Object value : values) {
      assertThat(BsonValues.typeName(lenient.encode(value)))
          .isEqualTo(BsonValues.typeName(codec.encode(value)));
    }
    assertThat(lenient.decode("key", lenient.encode(1), KVType.of(Object.class)))
        .isEqualTo(1);
    assertThat(lenient.decode("key", lenient.encode(1.5), KVType.of(Object.class)))
        .isEqualTo(1.5);
    assertThat(lenient.decode("key", lenient.encode(zoned), KVType.of(ZonedDateTime.class)))
        .isEqualTo(zoned);
  }

  @Test
  void applicationsMapper_leavesNothingOut() {
    BsonCodec lenient = BsonCodec.create(lenient(), ValueLimits.DEFAULT);
    Map<String, @Nullable Object> value = new LinkedHashMap<>();
    value.put("null", null);
    value.put("empty", List.of());
    Holder<List<Integer>> holder = new Holder<>(List.of());

    assertThat(lenient.decode("key", lenient.encode(value), KVType.of(Object.class)))
        .isEqualTo(value);
    assertThat(
            lenient.decode("key", lenient.encode(holder), new KVType<Holder<List<Integer>>>() {}))
        .isEqualTo(holder);
  }

  @Test
  void applicationsMapper_keepsItsNamesAndIsNotChanged() {
    ObjectMapper mapper = lenient();
    BsonCodec named = BsonCodec.create(mapper, ValueLimits.DEFAULT);

    assertThat(named.decode("key", named.encode(new Plain(5)), KVType.of(Object.class)))
        .isEqualTo(Map.of("some_number", 5));
    assertThat(mapper.isEnabled(DeserializationFeature.UNWRAP_ROOT_VALUE)).isTrue();
    assertThat(mapper.getRegisteredModuleIds())
        .doesNotContain(Mappers.bsonTypes().getTypeId());
  }

  /** Stored as "5 EUR" by a module of the application. */
  record Money(long amount, String currency) {}

  private static SimpleModule moneyModule() {
    return new SimpleModule()
        .addSerializer(new StdSerializer<Money>(Money.class) {
          private static final long serialVersionUID = 1L;

          @Override
          public void serialize(Money money, JsonGenerator out, SerializerProvider provider)
              throws IOException {
            out.writeString(money.amount() + " " + money.currency());
          }
        })
        .addDeserializer(Money.class, new StdDeserializer<Money>(Money.class) {
          private static final long serialVersionUID = 1L;

          @Override
          public Money deserialize(JsonParser parser, DeserializationContext context)
              throws IOException {
            String[] parts = parser.getText().split(" ", -1);
            return new Money(Long.parseLong(parts[0]), parts[1]);
          }
        });
  }

  @Test
  void applicationsModules_count() {
    BsonCodec codec = BsonCodec.create(
        JsonMapper.builder().addModule(moneyModule()).build(), ValueLimits.DEFAULT);
    Map<String, List<Money>> prices = Map.of("a", List.of(new Money(5, "EUR")));
    RawValue raw = codec.encode(prices);

    assertThat(codec.decode("key", raw, KVType.of(Object.class)))
        .isEqualTo(Map.of("a", List.of("5 EUR")));
    assertThat(codec.decode("key", raw, new KVType<Map<String, List<Money>>>() {}))
        .isEqualTo(prices);
  }
}
