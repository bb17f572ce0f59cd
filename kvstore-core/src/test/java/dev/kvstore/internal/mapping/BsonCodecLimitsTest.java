package dev.kvstore.internal.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVType;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonJavaScriptWithScope;
import org.bson.BsonRegularExpression;
import org.bson.BsonSymbol;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that a value that cannot be stored is refused, with an error that does not quote it. */
class BsonCodecLimitsTest {
  private final BsonCodec codec = BsonCodec.create();

  private static BsonCodec limited(int bytes, int depth) {
    return BsonCodec.create(new JsonMapper(), new ValueLimits(bytes, depth));
  }

  private static Object nested(int depth) {
    Object value = 1;
    for (int i = 0; i < depth; i++) {
      value = i % 2 == 0 ? List.of(value) : Map.of("a", value);
    }
    return value;
  }

  @Test
  void depth_upToTheLimitIsStored() {
    RawValue raw = limited(1_000, 3).encode(nested(3));

    assertThat(codec.decode("key", raw, KVType.of(Object.class))).isEqualTo(nested(3));
    assertThat(limited(1_000, 0).encode(1)).isNotNull();
    assertThat(codec.encode(nested(100))).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("depths")
  void depth_beyondTheLimit_isRefused(int limit, int depth) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> limited(100_000, limit).encode(nested(depth)))
        .withMessageContaining("more than " + limit + " levels deep")
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE));
  }

  static Stream<Arguments> depths() {
    return Stream.of(arguments(0, 1), arguments(3, 4), arguments(150, 151), arguments(100, 5_000));
  }

  static final class Self {
    public String name = "S3CR3T";
    public @Nullable Self other;
  }

  record Twin(List<Object> all) {}

  static Stream<Object> cycles() {
    List<Object> list = new ArrayList<>();
    list.add(list);
    Map<String, Object> map = new HashMap<>();
    map.put("map", List.of(map));
    Self self = new Self();
    self.other = self;
    Self pair = new Self();
    pair.other = new Self();
    pair.other.other = pair;
    List<Object> all = new ArrayList<>();
    Twin twin = new Twin(all);
    all.add(twin);
    return Stream.of(List.of(list), List.of(map), self, pair, twin);
  }

  @ParameterizedTest
  @MethodSource("cycles")
  void cycle_isRefused(Object value) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> codec.encode(value))
        .withNoCause()
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE));
  }

  @Test
  void size_upToTheLimitIsStored() {
    // A text has a length of four bytes and a terminator of one byte.
    assertThat(limited(100, 1).encode("x".repeat(95)).size()).isEqualTo(100);
    assertThat(limited(100, 1).encode(new byte[95]).size()).isEqualTo(100);
    assertThat(limited(8, 1).encode(1L).size()).isEqualTo(8);
  }

  static Stream<Object> large() {
    return Stream.of(
        "x".repeat(96),
        "\u00E9".repeat(48),
        new byte[96],
        Collections.nCopies(50, null),
        Map.of("n".repeat(100), 1),
        new BsonSymbol("x".repeat(96)),
        List.of(List.of("x".repeat(80))));
  }

  @ParameterizedTest
  @MethodSource("large")
  void size_beyondTheLimit_isRefused(Object value) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> limited(100, 2).encode(value))
        .withMessageContaining("more than 100 bytes")
        .withNoCause()
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
  }

  @Test
  void size_beyondTheLimit_stopsEarly() {
    AtomicInteger asked = new AtomicInteger();
    List<Integer> endless = new AbstractList<>() {
      @Override
      public Integer get(int index) {
        return asked.incrementAndGet();
      }

      @Override
      public int size() {
        return Integer.MAX_VALUE;
      }
    };

    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> limited(1_000, 2).encode(endless));
    assertThat(asked).hasValueLessThan(1_000);
  }

  static final class RawJson {
    @JsonRawValue
    public String raw = "{\"S3CR3T\": 1}";
  }

  static final class Failing {
    private final String name = "S3CR3T";

    public String getName() {
      if (name.length() > 1) {
        throw new IllegalStateException(name);
      }
      return name;
    }
  }

  /** Keys that are equal as names. */
  record Key(int number) {
    @Override
    public String toString() {
      return "same";
    }
  }

  static Stream<Object> unstorable() {
    Map<Object, Object> ambiguous = new LinkedHashMap<>();
    ambiguous.put(new Key(1), "S3CR3T");
    ambiguous.put(new Key(2), "S3CR3T");
    return Stream.of(
        new Object(),
        List.of(Map.of("a", new Object())),
        new RawJson(),
        new Failing(),
        Map.of("a\0b", "S3CR3T"),
        Map.of("\uD800", "S3CR3T"),
        List.of("S3CR3T\uD800"),
        "S3CR3T\uDC00\uD800",
        "\uDC00S3CR3T",
        '\uD800',
        Collections.singletonMap(null, "S3CR3T"),
        ambiguous,
        new BigDecimal("1.0000000000000000000000000000000001"),
        new BigDecimal("1E+6145"),
        new BigDecimal("1E+6112"),
        new BigDecimal("1E-6177"),
        new BigDecimal(BigInteger.ONE, Integer.MAX_VALUE),
        new BigDecimal(BigInteger.ONE, Integer.MIN_VALUE),
        new BigDecimal(BigInteger.TEN.pow(34)),
        BigInteger.TEN.pow(34).add(BigInteger.ONE),
        BigInteger.TEN.pow(6_146),
        BigInteger.ONE.shiftLeft(1_000_000),
        new java.sql.Timestamp(5),
        new BsonRegularExpression("a\0b"),
        new BsonJavaScriptWithScope("\uD800", new BsonDocument()),
        new BsonJavaScriptWithScope("f", new BsonDocument("\0", new BsonDocument())));
  }

  @ParameterizedTest
  @MethodSource("unstorable")
  void unstorable_isRefused(Object value) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> codec.encode(value))
        .withNoCause()
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("S3CR3T"));
  }

  @Test
  void unstorable_isNamedByItsPlaceAndType() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> codec.encode(Map.of("a", List.of(1, new Object()))))
        .withMessageContaining("java.lang.Object")
        .withMessageContaining("'/a/1'");
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> codec.encode(Map.of("a", List.of(1, "\uD800"))))
        .withMessageContaining("'/a/1'");
  }
}
