package dev.kvstore.internal.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.kvstore.KVType;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Currency;
import java.util.Date;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.bson.BsonBinary;
import org.bson.BsonDbPointer;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonJavaScript;
import org.bson.BsonJavaScriptWithScope;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonRegularExpression;
import org.bson.BsonSymbol;
import org.bson.BsonTimestamp;
import org.bson.BsonUndefined;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that every type is stored as the right BSON type and read back equal. */
@SuppressWarnings("JavaUtilDate") // applications use it
class BsonCodecTypesTest {
  private static final Instant MILLIS = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final Instant NANOS = Instant.parse("2026-01-02T03:04:05.678901234Z");
  private static final ObjectId ID = new ObjectId("6740f1a2b3c4d5e6f7a8b9c0");
  private static final UUID UUID_1 = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

  enum Color {
    RED,
    GREEN {
      @Override
      boolean plain() {
        return false;
      }
    };

    boolean plain() {
      return true;
    }
  }

  record Point(int x, @Nullable Integer y) {}

  record Empty() {}

  record Box<T>(T content, List<T> more) {}

  record Settings(
      String name,
      long limit,
      Optional<Point> at,
      OptionalInt count,
      Map<Color, List<Point>> points,
      Set<UUID> ids,
      @Nullable Instant since) {}

  private final BsonCodec codec = BsonCodec.create();

  static Stream<Arguments> scalars() {
    return Stream.of(
        arguments("", "string"),
        arguments("text \0 with \uD83D\uDE00", "string"),
        arguments('c', "string"),
        arguments(true, "boolean"),
        arguments((byte) -128, "int32"),
        arguments((short) 32767, "int32"),
        arguments(Integer.MIN_VALUE, "int32"),
        arguments(1L, "int64"),
        arguments(Long.MAX_VALUE, "int64"),
        arguments(0.1f, "double"),
        arguments(Float.MIN_VALUE, "double"),
        arguments(Float.NaN, "double"),
        arguments(0.1, "double"),
        arguments(Double.MIN_VALUE, "double"),
        arguments(-0.0, "double"),
        arguments(Double.NaN, "double"),
        arguments(Double.POSITIVE_INFINITY, "double"),
        arguments(new BigInteger("2147483647"), "int32"),
        arguments(new BigInteger("2147483648"), "int64"),
        arguments(new BigInteger("9223372036854775808"), "decimal128"),
        arguments(BigInteger.TEN.pow(40), "decimal128"),
        arguments(new BigDecimal("12.50"), "decimal128"),
        arguments(new BigDecimal("1"), "decimal128"),
        arguments(new BigDecimal("0E-6176"), "decimal128"),
        arguments(new BigDecimal("-9.999999999999999999999999999999999E+6144"), "decimal128"),
        arguments(MILLIS, "string"),
        arguments(Instant.ofEpochMilli(Long.MIN_VALUE), "string"),
        arguments(NANOS, "string"),
        arguments(Instant.MIN, "string"),
        arguments(Instant.MAX, "string"),
        arguments(new Date(Long.MAX_VALUE), "date"),
        arguments(LocalDate.MIN, "string"),
        arguments(LocalTime.MAX, "string"),
        arguments(LocalDateTime.MAX, "string"),
        arguments(OffsetDateTime.MIN, "string"),
        arguments(OffsetDateTime.parse("2026-01-02T03:04+05:30"), "string"),
        arguments(OffsetTime.MAX, "string"),
        arguments(ZonedDateTime.parse("2026-10-25T02:30+01:00[Europe/Berlin]"), "string"),
        arguments(ZonedDateTime.parse("2026-10-25T02:30+02:00[Europe/Berlin]"), "string"),
        arguments(ZonedDateTime.of(LocalDateTime.MAX, ZoneId.of("UTC")), "string"),
        arguments(Duration.ofSeconds(-1, 5), "string"),
        arguments(Duration.ofSeconds(Long.MIN_VALUE), "string"),
        arguments(Period.of(-1, 2, -3), "string"),
        arguments(Year.of(5), "string"),
        arguments(Year.of(Year.MAX_VALUE), "string"),
        arguments(Year.of(Year.MIN_VALUE), "string"),
        arguments(YearMonth.of(10_000, 1), "string"),
        arguments(YearMonth.of(-1, 12), "string"),
        arguments(MonthDay.of(2, 29), "string"),
        arguments(ZoneOffset.ofHours(-3), "string"),
        arguments(UUID_1, "binary"),
        arguments(ID, "objectId"),
        arguments(Decimal128.parse("12.50"), "decimal128"),
        arguments(Decimal128.NaN, "decimal128"),
        arguments(Decimal128.NEGATIVE_ZERO, "decimal128"),
        arguments(Decimal128.NEGATIVE_INFINITY, "decimal128"),
        arguments(URI.create("https://example.org/a?b=c#d"), "string"),
        arguments(URI.create(""), "string"),
        arguments(Locale.ROOT, "string"),
        arguments(Locale.forLanguageTag("zh-Hant-TW"), "string"),
        arguments(Currency.getInstance("EUR"), "string"),
        arguments(new File("a/b"), "string"),
        arguments(Color.RED, "string"),
        arguments(new Point(1, null), "document"),
        arguments(new Empty(), "document"),
        arguments(OptionalInt.of(-1), "int32"),
        arguments(OptionalInt.empty(), "null"),
        arguments(OptionalLong.of(1), "int64"),
        arguments(OptionalDouble.of(1.5), "double"),
        arguments(OptionalDouble.empty(), "null"),
        arguments(new BsonRegularExpression("a.b", "i"), "regex"),
        arguments(new BsonTimestamp(1, 2), "timestamp"),
        arguments(new BsonSymbol("s"), "symbol"),
        arguments(new BsonJavaScript("f()"), "javascript"),
        arguments(
            new BsonJavaScriptWithScope("f()", new BsonDocument("a", new BsonInt32(1))),
            "javascriptWithScope"),
        arguments(new BsonDbPointer("a.b", ID), "dbPointer"),
        arguments(new BsonMinKey(), "minKey"),
        arguments(new BsonMaxKey(), "maxKey"),
        arguments(new BsonUndefined(), "undefined"),
        arguments(new BsonBinary((byte) 0x80, new byte[] {1, 2}), "binary"));
  }

  @ParameterizedTest
  @MethodSource("scalars")
  void scalar_comesBackEqual(Object value, String bsonType) {
    RawValue raw = codec.encode(value);

    assertThat(BsonValues.typeName(raw)).isEqualTo(bsonType);
    assertThat(codec.decode("key", raw, KVType.of(value.getClass()))).isEqualTo(value);
  }

  @ParameterizedTest
  @MethodSource("scalars")
  void scalar_readAsObjectAndStoredAgain_isTheSameBson(Object value, String bsonType) {
    RawValue raw = codec.encode(Map.of("a", List.of(value)));
    Object read = codec.decode("key", raw, KVType.of(Object.class));

    assertThat(codec.encode(read)).isEqualTo(raw);
  }

  static Stream<Arguments> generics() {
    Map<Integer, String> byNumber = new TreeMap<>(Map.of(2, "b", -1, "a"));
    Map<Color, Integer> byColor = new EnumMap<>(Map.of(Color.GREEN, 1));
    Settings settings = new Settings(
        "n",
        5,
        Optional.of(new Point(1, 2)),
        OptionalInt.of(7),
        Map.of(Color.GREEN, List.of(new Point(3, null))),
        Set.of(UUID_1),
        MILLIS);
    Settings bare =
        new Settings("", -5, Optional.empty(), OptionalInt.empty(), Map.of(), Set.of(), null);
    return Stream.of(
        arguments(List.of("a", "b"), new KVType<List<String>>() {}),
        arguments(List.of(1L, 2L), new KVType<Collection<Long>>() {}),
        arguments(List.of(1L, 2L), new KVType<Iterable<Long>>() {}),
        arguments(Set.of(1.5), new KVType<Set<Double>>() {}),
        arguments(new TreeSet<>(Set.of(2, 1)), new KVType<NavigableSet<Integer>>() {}),
        arguments(EnumSet.of(Color.RED), new KVType<EnumSet<Color>>() {}),
        arguments(EnumSet.of(Color.RED), new KVType<Set<Color>>() {}),
        arguments(byNumber, new KVType<Map<Integer, String>>() {}),
        arguments(byNumber, new KVType<SortedMap<Integer, String>>() {}),
        arguments(byNumber, new KVType<TreeMap<Integer, String>>() {}),
        arguments(byColor, new KVType<Map<Color, Integer>>() {}),
        arguments(byColor, new KVType<EnumMap<Color, Integer>>() {}),
        arguments(Map.of(UUID_1, 1), new KVType<Map<UUID, Integer>>() {}),
        arguments(Map.of(LocalDate.EPOCH, 1), new KVType<Map<LocalDate, Integer>>() {}),
        arguments(Map.of(MILLIS, 1), new KVType<Map<Instant, Integer>>() {}),
        arguments(
            Map.of("a", List.of(Optional.of(Map.of(1, Color.GREEN)))),
            new KVType<Map<String, List<Optional<Map<Integer, Color>>>>>() {}),
        arguments(Optional.of(5L), new KVType<Optional<Long>>() {}),
        arguments(Optional.empty(), new KVType<Optional<Long>>() {}),
        arguments(new Box<>(1L, List.of(2L)), new KVType<Box<Long>>() {}),
        arguments(new Box<>(MILLIS, List.of(NANOS)), new KVType<Box<Instant>>() {}),
        arguments(settings, KVType.of(Settings.class)),
        arguments(bare, KVType.of(Settings.class)),
        arguments(Color.GREEN, KVType.of(Color.class)),
        arguments(ZoneId.of("Europe/Berlin"), KVType.of(ZoneId.class)),
        arguments(Path.of("a", "b"), KVType.of(Path.class)),
        arguments(Path.of("/a").toAbsolutePath(), KVType.of(Path.class)),
        arguments(StandardCharsets.UTF_16LE, KVType.of(Charset.class)),
        arguments(List.of(), new KVType<List<Point>>() {}),
        arguments(Map.of(), new KVType<Map<String, Point>>() {}));
  }

  @ParameterizedTest
  @MethodSource("generics")
  void generic_comesBackEqual(Object value, KVType<?> type) {
    assertThat(codec.decode("key", codec.encode(value), type)).isEqualTo(value);
  }

  static Stream<Object> arrays() {
    return Stream.of(
        new byte[] {1, -1},
        new byte[0],
        new short[] {1, -1},
        new int[] {1, -1},
        new long[] {1, Long.MIN_VALUE},
        new float[] {0.1f, Float.NaN},
        new double[] {0.1, -0.0},
        new boolean[] {true, false},
        new char[] {'a', 'b'},
        new String[] {"a", "b"},
        new long[][] {{1}, {}},
        new Point[] {new Point(1, 2)});
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void array_comesBackEqual(Object value) {
    Object back = codec.decode("key", codec.encode(value), KVType.of(value.getClass()));

    assertThat(Arrays.deepEquals(new Object[] {back}, new Object[] {value})).isTrue();
  }

  @Test
  void bytes_areReadFromTheTextThatJsonHasForThem() {
    assertThat(codec.decode("key", codec.encode("AQI="), KVType.of(byte[].class)))
        .containsExactly(1, 2);
  }

  @Test
  void bytes_areBinary() {
    assertThat(BsonValues.typeName(codec.encode(new byte[] {1}))).isEqualTo("binary");
  }

  @Test
  void deque_comesBackInOrder() {
    Deque<Integer> back =
        codec.decode("key", codec.encode(new ArrayDeque<>(List.of(2, 1))), new KVType<>() {});

    assertThat(back).containsExactly(2, 1);
  }

  @Test
  void everyLocale_comesBackEqual() {
    for (Locale locale : Locale.getAvailableLocales()) {
      assertThat(codec.decode("key", codec.encode(locale), KVType.of(Locale.class)))
          .isEqualTo(locale);
    }
  }

  @Test
  void null_isNullOfEveryType() {
    RawValue stored = codec.encode(null);

    assertThat(BsonValues.typeName(stored)).isEqualTo("null");
    assertThat(codec.decode("key", stored, KVType.of(String.class))).isNull();
    assertThat(codec.decode("key", stored, KVType.of(Point.class))).isNull();
    assertThat(codec.decode("key", stored, KVType.of(Object.class))).isNull();
    assertThat(codec.decode("key", stored, new KVType<List<String>>() {})).isNull();
    assertThat(codec.decode("key", stored, new KVType<Optional<String>>() {})).isEmpty();
  }

  static Stream<Arguments> nearest() {
    return Stream.of(
        arguments(1, 1),
        arguments(1L, 1L),
        arguments(1.0f, 1.0),
        arguments(new BigDecimal("1.50"), new BigDecimal("1.50")),
        arguments(new BigInteger("3"), 3),
        arguments(Decimal128.NEGATIVE_ZERO, Decimal128.NEGATIVE_ZERO),
        arguments(Decimal128.NaN, Decimal128.NaN),
        arguments(new Date(5), new Date(5)),
        arguments(Instant.EPOCH, "1970-01-01T00:00:00Z"),
        arguments(UUID_1, UUID_1),
        arguments(ID, ID),
        arguments(new BsonMinKey(), new BsonMinKey()),
        arguments(new BsonRegularExpression("a"), new BsonRegularExpression("a")),
        arguments(Color.RED, "RED"));
  }

  @ParameterizedTest
  @MethodSource("nearest")
  void readAsObject_isTheNearestType(Object value, Object nearest) {
    Object back = codec.decode("key", codec.encode(value), KVType.of(Object.class));

    assertThat(back).isEqualTo(nearest).hasSameClassAs(nearest);
  }

  @Test
  void readAsObject_binary_isBytes() {
    assertThat(codec.decode("key", codec.encode(new byte[] {1, 2}), KVType.of(Object.class)))
        .isEqualTo(new byte[] {1, 2});
  }

  @Test
  void rawValue_staysAsItIs_whateverItsType() {
    BsonCodec codec = BsonCodec.create();
    RawValue regex = BsonValues.ofBsonValue(new BsonRegularExpression("a", "i"));
    assertThat(codec.encode(regex)).isEqualTo(regex);
    assertThat(codec.decode("k", regex, KVType.of(RawValue.class))).isSameAs(regex);
  }
}
