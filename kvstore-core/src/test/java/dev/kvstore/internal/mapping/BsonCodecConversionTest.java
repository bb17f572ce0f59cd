package dev.kvstore.internal.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.kvstore.ByteSize;
import dev.kvstore.KVType;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.Year;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.bson.BsonMinKey;
import org.bson.BsonRegularExpression;
import org.bson.BsonUndefined;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests reading one type as another: allowed without loss, refused otherwise. */
@SuppressWarnings("JavaUtilDate") // applications use it
class BsonCodecConversionTest {
  private static final long NO_DOUBLE = (1L << 53) + 1;
  private static final UUID UUID_1 = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

  enum Color {
    RED
  }

  record Point(int x, int y) {}

  record Line(Point from, List<Point> via, Map<String, Point> named) {}

  private final BsonCodec codec = BsonCodec.create();

  static Stream<Arguments> lossless() {
    return Stream.of(
        arguments(3.0, int.class, 3),
        arguments(3.0, Long.class, 3L),
        arguments(3.0, BigInteger.class, BigInteger.valueOf(3)),
        arguments(0x1p62, Long.class, 1L << 62),
        arguments(-0x1p63, Long.class, Long.MIN_VALUE),
        arguments(0x1p70, BigInteger.class, BigInteger.TWO.pow(70)),
        arguments(0.1, BigDecimal.class, new BigDecimal("0.1")),
        arguments(5, Long.class, 5L),
        arguments(5L, Integer.class, 5),
        arguments(5L, byte.class, (byte) 5),
        arguments(5, Double.class, 5.0),
        arguments(1L << 60, Double.class, (double) (1L << 60)),
        arguments(Long.MIN_VALUE, Double.class, -0x1p63),
        arguments(5, BigDecimal.class, new BigDecimal("5")),
        arguments(1 << 24, Float.class, (float) (1 << 24)),
        arguments(0.1, Float.class, 0.1f),
        arguments(0.5, Float.class, 0.5f),
        arguments((double) 0.1f, Float.class, 0.1f),
        arguments(Double.NaN, Float.class, Float.NaN),
        arguments(new BigDecimal("12.50"), Double.class, 12.5),
        arguments(new BigDecimal("0.1"), Double.class, 0.1),
        arguments(new BigDecimal("0.1"), Float.class, 0.1f),
        arguments(new BigDecimal("9223372036854775808"), Double.class, 0x1p63),
        arguments(new BigDecimal("3.00"), Integer.class, 3),
        arguments(new BigDecimal("1E+3"), Integer.class, 1000),
        arguments(Decimal128.NaN, Double.class, Double.NaN),
        arguments(Decimal128.NEGATIVE_INFINITY, Float.class, Float.NEGATIVE_INFINITY),
        arguments(Decimal128.NEGATIVE_ZERO, Double.class, -0.0),
        arguments(5, Decimal128.class, new Decimal128(5)),
        arguments(3.0, OptionalInt.class, OptionalInt.of(3)),
        arguments(5L, Number.class, 5L),
        arguments(
            "2026-01-02T03:04:05.678901Z",
            Instant.class,
            Instant.parse("2026-01-02T03:04:05.678901Z")),
        arguments(
            "2026-01-02T03:04:05Z", Date.class, Date.from(Instant.parse("2026-01-02T03:04:05Z"))),
        arguments(new Date(5), Instant.class, Instant.ofEpochMilli(5)),
        arguments(UUID_1.toString(), UUID.class, UUID_1),
        arguments(
            "6740f1a2b3c4d5e6f7a8b9c0", ObjectId.class, new ObjectId("6740f1a2b3c4d5e6f7a8b9c0")),
        arguments("RED", Color.class, Color.RED),
        arguments(Map.of("x", 1.0, "y", new BigDecimal("2.0")), Point.class, new Point(1, 2)));
  }

  @ParameterizedTest
  @MethodSource("lossless")
  void lossless_isConverted(Object stored, Class<?> wanted, Object expected) {
    assertThat(codec.decode("key", codec.encode(stored), KVType.of(wanted)))
        .isEqualTo(expected)
        .hasSameClassAs(expected);
  }

  static Stream<Arguments> lossy() {
    return Stream.of(
        arguments(3.5, int.class),
        arguments(3.5, BigInteger.class),
        arguments(-0.0, int.class),
        arguments(-0.0, BigDecimal.class),
        arguments(Double.NaN, int.class),
        arguments(Double.NaN, BigDecimal.class),
        arguments(0x1p63, long.class),
        arguments(NO_DOUBLE, Double.class),
        arguments(Long.MAX_VALUE, Double.class),
        arguments(new BigInteger("9223372036854775809"), Double.class),
        arguments((1 << 24) + 1, Float.class),
        arguments(0.1 + 0.2, Float.class),
        arguments(1e300, Float.class),
        arguments(1e-300, Float.class),
        arguments(new BigDecimal("1E+400"), Double.class),
        arguments(new BigDecimal("1E-400"), Double.class),
        arguments(new BigDecimal("0.10000000000000000001"), Double.class),
        arguments(new BigDecimal("3.01"), Integer.class),
        arguments(Decimal128.NaN, BigDecimal.class),
        arguments(Decimal128.NEGATIVE_ZERO, BigDecimal.class),
        arguments(1L << 31, Integer.class),
        arguments(200, Byte.class),
        arguments(40_000, short.class),
        arguments("42", Integer.class),
        arguments("4.2", Double.class),
        arguments("true", Boolean.class),
        arguments("", Integer.class),
        arguments("", LocalDate.class),
        arguments("", Color.class),
        arguments("", UUID.class),
        arguments("", Point.class),
        arguments("", List.class),
        arguments("ab", Character.class),
        arguments("", char.class),
        arguments(65, char.class),
        arguments(1, String.class),
        arguments(1.5, String.class),
        arguments(true, String.class),
        arguments(new Date(5), String.class),
        arguments(UUID_1, String.class),
        arguments(new byte[] {1}, String.class),
        arguments(new ObjectId(), String.class),
        arguments(1, boolean.class),
        arguments(0, Color.class),
        arguments("0", Color.class),
        arguments("BLUE", Color.class),
        arguments(true, int.class),
        arguments(5, Instant.class),
        arguments(5L, Date.class),
        arguments(5, Duration.class),
        arguments(5, LocalDate.class),
        arguments(2026, Year.class),
        arguments(5, URI.class),
        arguments(5, Locale.class),
        arguments(new Date(5), OffsetDateTime.class),
        arguments(new Date(5), LocalDate.class),
        arguments(new Date(5), Long.class),
        arguments("2026-01-02T03:04:05", LocalDate.class),
        arguments("2026-01-02T03:04:05Z", LocalDateTime.class),
        arguments("2026-01-02T03:04:05.000001Z", Date.class),
        arguments(List.of(2026, 1, 2), LocalDate.class),
        arguments(UUID_1, byte[].class),
        arguments(new byte[16], UUID.class),
        arguments("1-1-1-1-1", UUID.class),
        arguments(List.of(1), int.class),
        arguments(5, List.class),
        arguments(5, int[].class),
        arguments(List.of(1.5), int[].class),
        arguments(List.of(NO_DOUBLE), double[].class),
        arguments(Arrays.asList(1, null), int[].class),
        arguments(List.of(200), byte[].class),
        arguments(List.of(), Point.class),
        arguments(List.of(1, 2), Point.class),
        arguments(List.of(1, 1), Set.class),
        arguments(Map.of("x", 1, "z", 2), Point.class),
        arguments(Collections.singletonMap("x", null), Point.class),
        arguments(Map.of("a", 1), List.class),
        arguments(List.of("a"), Map.class),
        arguments(1.5, AtomicInteger.class),
        arguments("5", AtomicInteger.class),
        arguments(new BsonRegularExpression("a"), String.class),
        arguments(new BsonMinKey(), Integer.class),
        arguments(new BsonUndefined(), Point.class),
        arguments(new Decimal128(5), Boolean.class));
  }

  @ParameterizedTest
  @MethodSource("lossy")
  void lossy_isRefused(Object stored, Class<?> wanted) {
    RawValue raw = codec.encode(stored);

    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(() -> codec.decode("the.key", raw, KVType.of(wanted)))
        .satisfies(e -> {
          assertThat(e.key()).isEqualTo("the.key");
          assertThat(e.storedType()).isEqualTo(BsonValues.typeName(raw));
          assertThat(e.wantedType()).isEqualTo(wanted.getTypeName());
          assertThat(e).hasNoCause();
        });
  }

  static Stream<Arguments> lossyObjects() {
    return lossy().filter(arguments -> !((Class<?>) arguments.get()[1]).isPrimitive());
  }

  @ParameterizedTest
  @MethodSource("lossyObjects")
  void lossy_asElement_isRefused(Object stored, Class<?> wanted) {
    RawValue raw = codec.encode(List.of(stored));

    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(() -> codec.decode("key", raw, KVType.of(wanted.arrayType())));
  }

  @Test
  void lossy_deepInside_isNamedByItsPlace() {
    Map<String, Object> named = Map.of("a/b", Map.of("x", 1, "y", 2.5));
    RawValue raw = codec.encode(Map.of("named", named));

    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(() -> codec.decode("key", raw, KVType.of(Line.class)))
        .withMessageEndingWith("double at '/named/a~1b/y' is no int");
  }

  @Test
  void unknownMember_isNamed() {
    RawValue raw = codec.encode(Map.of("via", List.of(Map.of("z", 1, "x", 2, "y", 3))));

    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(() -> codec.decode("key", raw, KVType.of(Line.class)))
        .withMessageContaining("no member at '/via/0/z'");
  }

  static Stream<Arguments> nullsForPrimitives() {
    return Stream.of(int.class, byte.class, double.class, boolean.class, char.class)
        .map(Arguments::arguments);
  }

  @ParameterizedTest
  @MethodSource("nullsForPrimitives")
  void null_asPrimitive_isRefused(Class<?> primitive) {
    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(() -> codec.decode("key", codec.encode(null), KVType.of(primitive)));
  }

  static Stream<Arguments> spelled() {
    return Stream.of(
        arguments("42", Integer.class, 42),
        arguments("3.0", Integer.class, 3),
        arguments("1e3", Long.class, 1000L),
        arguments("0.1", Double.class, 0.1),
        arguments("-0", Double.class, -0.0),
        arguments("NaN", Double.class, Double.NaN),
        arguments("0.1", Float.class, 0.1f),
        arguments("12.50", BigDecimal.class, new BigDecimal("12.50")),
        arguments("true", Boolean.class, true),
        arguments("7", OptionalInt.class, OptionalInt.of(7)),
        arguments(42, Integer.class, 42),
        arguments("42", String.class, "42"),
        arguments("42", Object.class, "42"));
  }

  @ParameterizedTest
  @MethodSource("spelled")
  void lenient_readsWhatTextSpells(Object stored, Class<?> wanted, Object expected) {
    assertThat(codec.decode("key", codec.encode(stored), KVType.of(wanted).lenient()))
        .isEqualTo(expected);
  }

  static Stream<Arguments> misspelled() {
    return Stream.of(
        arguments("", Integer.class),
        arguments(" 42", Integer.class),
        arguments("3.5", Integer.class),
        arguments("2147483648", Integer.class),
        arguments("9007199254740993", Double.class),
        arguments("1e999999999", Double.class),
        arguments("1e999999999", BigInteger.class),
        arguments("1e-999999999", Integer.class),
        arguments("9".repeat(100_000), BigInteger.class),
        arguments("TRUE", Boolean.class),
        arguments("1", Boolean.class),
        arguments(1, Boolean.class),
        arguments(42, String.class),
        arguments(true, Integer.class));
  }

  @ParameterizedTest
  @MethodSource("misspelled")
  void lenient_refusesWhatTextDoesNotSpell(Object stored, Class<?> wanted) {
    RawValue raw = codec.encode(stored);

    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(() -> codec.decode("key", raw, KVType.of(wanted).lenient()));
  }

  @Test
  void lenient_readsNestedText() {
    RawValue raw = codec.encode(Map.of("a", List.of("1", 2)));

    assertThat(codec.decode("key", raw, new KVType<Map<String, int[]>>() {}.lenient()))
        .containsEntry("a", new int[] {1, 2});
  }

  /** A record whose constructor quotes its argument, as many do. */
  record Picky(String word) {
    Picky {
      throw new IllegalArgumentException("Bad word: " + word);
    }
  }

  interface NoWay {}

  static Stream<Arguments> secrets() {
    String secret = "S3CR3T";
    return Stream.of(
        arguments(secret, KVType.of(Integer.class)),
        arguments(secret, KVType.of(Integer.class).lenient()),
        arguments(secret, KVType.of(Color.class)),
        arguments(secret, KVType.of(LocalDate.class)),
        arguments(secret, KVType.of(Instant.class)),
        arguments(secret, KVType.of(URI[].class)),
        arguments(secret, KVType.of(UUID.class)),
        arguments(secret, KVType.of(Point.class)),
        arguments(secret, KVType.of(NoWay.class)),
        arguments(secret, KVType.of(Object[].class)),
        arguments(secret, new KVType<Map<String, Integer>>() {}),
        arguments("http://" + secret + " /", KVType.of(URI.class)),
        arguments(secret + "!", KVType.of(byte[].class)),
        arguments(List.of(secret), new KVType<List<Integer>>() {}),
        arguments(List.of(secret, secret), new KVType<Set<String>>() {}),
        arguments(Map.of("word", secret), KVType.of(Picky.class)),
        arguments(Map.of("word", secret), KVType.of(NoWay.class)),
        arguments(Map.of("x", secret), KVType.of(Point.class)),
        arguments(
            Map.of("a", Map.of("b", secret)), new KVType<Map<String, Map<String, Long>>>() {}));
  }

  @ParameterizedTest
  @MethodSource("secrets")
  void refused_saysNothingOfTheValue(Object stored, KVType<?> wanted) {
    RawValue raw = codec.encode(stored);

    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(() -> codec.decode("key", raw, wanted))
        .withNoCause()
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("S3CR3T"))
        .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
  }

  static Stream<Arguments> containers() {
    Map<String, @Nullable Object> stored = new LinkedHashMap<>();
    stored.put("z", new ArrayList<>(Arrays.asList(1, null, List.of(2))));
    stored.put("a", Map.of("b", List.of(3)));
    return Stream.of(
        arguments(stored, KVType.of(Object.class)),
        arguments(stored, KVType.of(Map.class)),
        arguments(stored, new KVType<Map<String, Object>>() {}),
        arguments(
            Map.of("x", List.of(List.of(1))), new KVType<Map<String, List<Set<Integer>>>>() {}),
        arguments(List.of(Map.of("x", List.of(1))), new KVType<List<Map<String, ?>>>() {}),
        arguments(List.of(List.of(1)), KVType.of(List.class)),
        arguments(List.of(List.of(1)), KVType.of(Collection.class)),
        arguments(List.of(1, 2), KVType.of(Set.class)),
        arguments(List.of(1, 2), KVType.of(SortedSet.class)),
        arguments(Map.of("a", 1), KVType.of(NavigableMap.class)));
  }

  @ParameterizedTest
  @MethodSource("containers")
  void container_isUnmodifiableToItsDepth(Object stored, KVType<?> type) {
    assertUnmodifiable(codec.decode("key", codec.encode(stored), type));
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static void assertUnmodifiable(@Nullable Object value) {
    if (value instanceof Map map) {
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> map.put("n", 1));
      map.values().forEach(BsonCodecConversionTest::assertUnmodifiable);
    } else if (value instanceof Collection collection) {
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> collection.add(1));
      collection.forEach(BsonCodecConversionTest::assertUnmodifiable);
    }
  }

  @Test
  void recordComponents_areUnmodifiable() {
    Line line = new Line(new Point(1, 2), List.of(new Point(3, 4)), Map.of("a", new Point(5, 6)));
    Line back =
        Objects.requireNonNull(codec.decode("key", codec.encode(line), KVType.of(Line.class)));

    assertThat(back).isEqualTo(line);
    assertUnmodifiable(back.via());
    assertUnmodifiable(back.named());
  }

  @Test
  void set_keepsTheOrder() {
    List<Integer> stored = List.of(5, 3, 9, 1, 7);

    assertThat(codec.decode("key", codec.encode(stored), new KVType<Set<Integer>>() {}))
        .containsExactlyElementsOf(stored);
  }

  @Test
  void pojo_isDecodedAfreshForEachCall() {
    RawValue raw = codec.encode(List.of(1));
    KVType<ArrayList<Integer>> type = new KVType<>() {};
    ArrayList<Integer> first = Objects.requireNonNull(codec.decode("key", raw, type));
    first.add(2);

    assertThat(codec.decode("key", raw, type)).containsExactly(1);
  }

  @Test
  void malformedSizeOrDuration_isToldHowToBeSpelt() {
    BsonCodec any = BsonCodec.create();
    assertThatThrownBy(() -> any.decode("k", any.encode("1M"), KVType.of(ByteSize.class)))
        .hasMessageContaining("it is ambiguous: write MB");
    assertThatThrownBy(() -> any.decodeDefault("A.b", "5", KVType.of(Duration.class)))
        .hasMessageStartingWith("@KVDefault of A.b cannot be read as java.time.Duration: ")
        .hasMessageContaining("it must be a duration such as");
  }
}
