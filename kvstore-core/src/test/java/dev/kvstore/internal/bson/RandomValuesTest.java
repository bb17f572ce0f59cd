package dev.kvstore.internal.bson;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVType;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Property-based tests of all values. A failure names the seed; values grow with it. */
class RandomValuesTest {
  private static final KVType<Object> ANY = KVType.of(Object.class);
  private static final ValueLimits LIMITS = ValueLimits.DEFAULT;

  // Shared, because creating a mapper takes longer than the tests.
  private static final BsonCodec CODEC = BsonCodec.create();
  private static final JsonTranscoder TRANSCODER = new JsonTranscoder(LIMITS);

  static IntStream seeds() {
    return IntStream.range(0, 400);
  }

  private static RandomValues random(int seed) {
    return new RandomValues(seed, 1 + seed / 2);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void encode_thenDecode_isEqual(int seed) {
    Object value = random(seed).any();

    assertThat(CODEC.decode("key", CODEC.encode(value), ANY)).isEqualTo(value);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void encoded_isWellFormed(int seed) {
    RawValue raw = CODEC.encode(random(seed).any());

    assertThat(BsonValues.checked(raw.toByteArray(), LIMITS)).isEqualTo(raw);
    assertThat(BsonValues.ofBsonValue(BsonValues.toBsonValue(raw))).isEqualTo(raw);
    assertThat(BsonValues.members(BsonValues.document(Map.of("a", raw, "$b.", raw)), LIMITS, 2))
        .isEqualTo(Map.of("a", raw, "$b.", raw));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void json_thereAndBack_keepsEveryDigit(int seed) throws IOException {
    byte[] json = TRANSCODER.toJson(CODEC.encode(random(seed).json()));

    RawValue parsed = TRANSCODER.parse(json);
    byte[] again = TRANSCODER.toJson(parsed);

    List<BigDecimal> written = new ArrayList<>();
    List<BigDecimal> kept = new ArrayList<>();
    assertThat(exactly(again, kept)).isEqualTo(exactly(json, written));
    for (int i = 0; i < written.size(); i++) {
      assertThat(kept.get(i)).isEqualByComparingTo(written.get(i));
      assertThat(kept.get(i).scale()).isGreaterThanOrEqualTo(written.get(i).scale());
    }
    assertThat(TRANSCODER.parse(again)).isEqualTo(parsed);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void mutatedBson_isReadOrRefused(int seed) {
    RandomValues random = random(seed);
    byte[] bytes = CODEC.encode(random.any()).toByteArray();
    for (int i = 0; i < 20; i++) {
      byte[] mutated = random.mutated(bytes);
      assertThatCode(() -> checkAndRead(mutated)).doesNotThrowAnyException();
    }
  }

  private void checkAndRead(byte[] bytes) {
    RawValue raw;
    try {
      BsonValues.members(bytes, LIMITS, 100);
      raw = BsonValues.checked(bytes, LIMITS);
    } catch (InvalidInputException e) {
      return;
    }
    // A validated value can be used.
    Object value = CODEC.decode("key", raw, ANY);
    CODEC.encode(value);
    TRANSCODER.toJson(raw);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void mutatedJson_isReadOrRefused(int seed) {
    RandomValues random = random(seed);
    byte[] json = TRANSCODER.toJson(CODEC.encode(random.json()));
    for (int i = 0; i < 20; i++) {
      byte[] mutated = random.mutated(json);
      assertThatCode(() -> {
            try {
              TRANSCODER.toJson(TRANSCODER.parse(mutated));
            } catch (InvalidInputException e) {
              assertThat(e.getCause()).isNull();
            }
          })
          .as(() -> new String(mutated, UTF_8))
          .doesNotThrowAnyException();
    }
  }

  /** Returns the JSON with only the signs of its numbers, which are collected separately. */
  private static @Nullable Object exactly(byte[] json, List<BigDecimal> numbers)
      throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      parser.nextToken();
      return exactly(parser, numbers);
    }
  }

  private static @Nullable Object exactly(JsonParser parser, List<BigDecimal> numbers)
      throws IOException {
    if (parser.hasToken(JsonToken.START_ARRAY)) {
      List<@Nullable Object> list = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        list.add(exactly(parser, numbers));
      }
      return list;
    }
    if (parser.hasToken(JsonToken.START_OBJECT)) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        map.put(name, exactly(parser, numbers));
      }
      return map;
    }
    if (parser.currentToken().isNumeric()) {
      numbers.add(new BigDecimal(parser.getText()));
      return parser.getText().startsWith("-") ? Sign.MINUS : Sign.PLUS;
    }
    return parser.currentToken() == JsonToken.VALUE_STRING
        ? parser.getText()
        : parser.currentToken();
  }

  private enum Sign {
    PLUS,
    MINUS
  }
}
