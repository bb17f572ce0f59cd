package dev.kvstore.internal.bson;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.bson.BsonBinary;
import org.bson.BsonDateTime;
import org.bson.BsonDbPointer;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonJavaScript;
import org.bson.BsonJavaScriptWithScope;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonObjectId;
import org.bson.BsonRegularExpression;
import org.bson.BsonString;
import org.bson.BsonSymbol;
import org.bson.BsonTimestamp;
import org.bson.BsonUndefined;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTranscoderTest {
  private static final ObjectId ID = new ObjectId("6740f1a2b3c4d5e6f7a8b9c0");

  private final JsonTranscoder transcoder = new JsonTranscoder(ValueLimits.DEFAULT);

  private RawValue parse(String json) {
    return transcoder.parse(json.getBytes(UTF_8));
  }

  private String toJson(RawValue value) {
    return new String(transcoder.toJson(value), UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "0, int32, 0",
    "-2147483648, int32, -2147483648",
    "2147483648, int64, 2147483648",
    "999999999999999999, int64, 999999999999999999",
    "-9223372036854775808, int64, -9223372036854775808",
    "9223372036854775808, decimal128, 9223372036854775808",
    "9999999999999999999999999999999999, decimal128, 9999999999999999999999999999999999",
    "-0, double, -0.0",
    "0.0, double, 0.0",
    "-0.0, double, -0.0",
    "0.1, double, 0.1",
    "1.0, double, 1.0",
    "100.0, double, 100.0",
    "1e2, double, 100.0",
    "1E+16, double, 1.0E16",
    "1.0E10, double, 1.0E10",
    "1.0E-4, double, 1.0E-4",
    "2e23, double, 2.0E23",
    "8.41E21, double, 8.41E21",
    "4.9E-324, double, 4.9E-324",
    "1.7976931348623157E308, double, 1.7976931348623157E308",
    "123456.789, double, 123456.789",
    "0e5, double, 0.0",
    "12.50, decimal128, 12.50",
    "0.10, decimal128, 0.10",
    "1.00, decimal128, 1.00",
    "0.00, decimal128, 0.00",
    "-0.00, decimal128, -0.00",
    "1.50e3, decimal128, 1.50E+3",
    "10e-1, decimal128, 1.0",
    "0.1000000000000000055511151231257827, decimal128, 0.1000000000000000055511151231257827",
    "9007199254740993.0, decimal128, 9007199254740993.0",
    "5e-324, decimal128, 5E-324",
    "1e-400, decimal128, 1E-400",
    "1e400, decimal128, 1E+400",
    "1e6144, decimal128, 1.000000000000000000000000000000000E+6144",
    "1e-6176, decimal128, 1E-6176"
  })
  void number_becomesTheTypeThatKeepsIt(String json, String type, String back) {
    RawValue value = parse(json);

    assertThat(BsonValues.typeName(value)).isEqualTo(type);
    assertThat(toJson(value)).isEqualTo(back);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "99999999999999999999999999999999990",
        "10000000000000000000000000000000000",
        "0.99999999999999999999999999999999991",
        "1e6145",
        "1e-6177",
        "1e999999999",
        "-1e-999999999",
        "1e99999999999999",
        "0.00e-99999",
        "1.10e2147483647"
      })
  void number_thatNoTypeKeeps_isRefused(String json) {
    assertRefused(json, ErrorCode.INVALID_VALUE);
  }

  @Test
  void number_ofManyDigits_isRefusedQuickly() {
    String digits = "7".repeat(100_000);
    for (String json : List.of(digits, "-" + digits, "0." + digits, "1e" + digits, "[" + digits)) {
      assertThat(timeToRefuse(json, ErrorCode.INVALID_VALUE)).isLessThan(Duration.ofSeconds(5));
    }
  }

  private Duration timeToRefuse(String json, ErrorCode code) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    assertRefused(json, code);
    return Duration.ofNanos(threads.getCurrentThreadCpuTime() - start);
  }

  private void assertRefused(String json, ErrorCode code) {
    assertRefused(json.getBytes(UTF_8), code);
  }

  private InvalidInputException assertRefused(byte[] json, ErrorCode code) {
    InvalidInputException[] refused = new InvalidInputException[1];
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> transcoder.parse(json))
        .withNoCause()
        .satisfies(e -> assertThat(e.code()).isEqualTo(code))
        .satisfies(e -> refused[0] = e);
    return refused[0];
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "\"\"",
        "\"\\u0000 \uD83D\uDE00 \u05E9\"",
        "[]",
        "{}",
        "[[],{},null,[1,\"a\",{\"b\":[false]}]]",
        "{\"\":1,\".\":2,\"a.b\":3,\"$set\":{\"$\":4},\"\uFF04\":5,\"\u05E9\":6,\"\uD83D\uDE00\":7}"
      })
  void json_comesBackAsItWas(String json) {
    assertThat(toJson(parse(json))).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[1,",
        "[1 2]",
        "{\"a\"}",
        "{a:1}",
        "'a'",
        "[1,]",
        "// c\n1",
        "01",
        "+1",
        ".5",
        "1.",
        "NaN",
        "Infinity",
        "nul",
        "1 2",
        "{} x",
        "\"a\nb\"",
        "\"\\x\"",
        "{\"\\ud800\":1}",
        "]",
        "\uFEFF\uFEFF1",
        "\uFEFF",
        "{\uFEFF\"a\":1}",
        "\u00001"
      })
  void malformed_isRefused(String json) {
    assertRefused(json, ErrorCode.INVALID_JSON);
  }

  @Test
  void byteOrderMark_isSkipped() {
    assertThat(parse("\uFEFF{\"a\":1}")).isEqualTo(parse("{\"a\":1}"));
  }

  static Stream<byte[]> notUtf8() {
    return Stream.of(
        "\"a\"".getBytes(UTF_16),
        new byte[] {0, '"', 0, 'a', 0, '"'},
        new byte[] {'"', 0, 'a', 0, '"', 0},
        new byte[] {'"', (byte) 0xFF, '"'},
        new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'},
        new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'},
        new byte[] {'"', (byte) 0xC3, '"'},
        new byte[] {'"', (byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80, '"'},
        new byte[] {'{', '"', (byte) 0xE2, (byte) 0x82, '"', ':', '1', '}'});
  }

  @ParameterizedTest
  @MethodSource("notUtf8")
  void otherThanUtf8_isRefused(byte[] json) {
    assertRefused(json, ErrorCode.INVALID_JSON);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":2}",
        "[{\"b\":{\"a\":1,\"c\":0,\"\\u0061\":1}}]",
        "{\"a\":{},\"b\":1,\"a\":{}}"
      })
  void duplicateMember_isRefusedByItsName(String json) {
    assertThat(assertRefused(json.getBytes(UTF_8), ErrorCode.INVALID_JSON))
        .hasMessageContaining("duplicate member 'a'")
        .hasMessageContaining("line 1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"\\ud800\"", "\"\\udc00\\ud800\"", "{\"a\\u0000b\":1}", "[{\"a\":\"x\\udfff\"}]"
      })
  void whatBsonCannotHold_isRefused(String json) {
    assertRefused(json, ErrorCode.INVALID_VALUE);
  }

  @Test
  void depth_upToTheLimitIsTaken() {
    String json = "[".repeat(100) + "]".repeat(100);

    assertThat(toJson(parse(json))).isEqualTo(json);
    assertRefused("[" + json + "]", ErrorCode.INVALID_VALUE);
    assertRefused("{\"a\":".repeat(101), ErrorCode.INVALID_VALUE);
    assertRefused("[".repeat(1_000_000), ErrorCode.INVALID_VALUE);
    assertRefused("{\"a\":[".repeat(500_000), ErrorCode.INVALID_VALUE);
  }

  @Test
  void size_upToTheLimitIsTaken() {
    JsonTranscoder small = new JsonTranscoder(new ValueLimits(100, 5));
    String fits = "\"" + "x".repeat(95) + "\"";

    assertThat(small.parse(fits.getBytes(UTF_8)).size()).isEqualTo(100);
    for (String json : List.of(
        "\"" + "x".repeat(96) + "\"",
        "\"" + "x".repeat(1_000_000) + "\"",
        "{\"" + "n".repeat(1_000_000) + "\":1}",
        "[" + "1,".repeat(100))) {
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> small.parse(json.getBytes(UTF_8)))
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "S3CR3T",
        "\"S3CR3T",
        "[S3CR3T]",
        "\"S3CR3T\\x\"",
        "{\"a\":\"S3CR3T\"",
        "{\"a\":\"S3CR3T\" \"b\"}",
        "\"S3CR3T\" 1",
        "\"S3CR3T\\ud800\"",
        "[\"S3CR3T\",{\"a\":1,\"a\":\"S3CR3T\"}]",
        "1.5e99999999999S3CR3T",
        "-S3CR3T",
        "trueS3CR3T"
      })
  void refused_saysNothingOfTheText(String json) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> parse(json))
        .withNoCause()
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("S3CR3T"));
  }

  @Test
  void malformed_isNamedByLineAndColumn() {
    assertThat(assertRefused("{\n \"a\": x}".getBytes(UTF_8), ErrorCode.INVALID_JSON))
        .hasMessageContaining("line 2")
        .hasMessageContaining("column 7");
    assertThat(assertRefused("[1".getBytes(UTF_8), ErrorCode.INVALID_JSON))
        .hasMessageContaining("ends too early");
  }

  static Stream<Arguments> bson() {
    BsonDocument scope = new BsonDocument("a", new BsonDateTime(0));
    return Stream.of(
        arguments(
            new BsonDateTime(Instant.parse("2026-01-02T03:04:05.678Z").toEpochMilli()),
            "\"2026-01-02T03:04:05.678Z\""),
        arguments(new BsonDateTime(Long.MAX_VALUE), "\"+292278994-08-17T07:12:55.807Z\""),
        arguments(new BsonBinary(new byte[] {1, 2, (byte) 0xFF}), "\"AQL/\""),
        arguments(
            new BsonBinary(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff")),
            "\"00112233-4455-6677-8899-aabbccddeeff\""),
        arguments(new BsonBinary((byte) 4, new byte[] {1}), "\"AQ==\""),
        arguments(new BsonBinary((byte) 3, new byte[16]), "\"AAAAAAAAAAAAAAAAAAAAAA==\""),
        arguments(new BsonObjectId(ID), "\"6740f1a2b3c4d5e6f7a8b9c0\""),
        arguments(new BsonInt32(-1), "-1"),
        arguments(new BsonInt64(Long.MIN_VALUE), "-9223372036854775808"),
        arguments(new BsonDouble(Double.MAX_VALUE), "1.7976931348623157E308"),
        arguments(new BsonDouble(Double.NaN), "\"NaN\""),
        arguments(new BsonDouble(Double.POSITIVE_INFINITY), "\"Infinity\""),
        arguments(new BsonDouble(Double.NEGATIVE_INFINITY), "\"-Infinity\""),
        arguments(new BsonDecimal128(Decimal128.parse("12.50")), "12.50"),
        arguments(new BsonDecimal128(Decimal128.parse("-0")), "-0"),
        arguments(new BsonDecimal128(Decimal128.NaN), "\"NaN\""),
        arguments(new BsonDecimal128(Decimal128.POSITIVE_INFINITY), "\"Infinity\""),
        arguments(new BsonDecimal128(Decimal128.NEGATIVE_INFINITY), "\"-Infinity\""),
        arguments(
            new BsonRegularExpression("a.b", "i"),
            "{\"$regularExpression\":{\"pattern\":\"a.b\",\"options\":\"i\"}}"),
        arguments(new BsonTimestamp(-1, 2), "{\"$timestamp\":{\"t\":4294967295,\"i\":2}}"),
        arguments(new BsonSymbol("s"), "{\"$symbol\":\"s\"}"),
        arguments(new BsonJavaScript("f"), "{\"$code\":\"f\"}"),
        arguments(
            new BsonJavaScriptWithScope("f", scope),
            "{\"$code\":\"f\",\"$scope\":{\"a\":\"1970-01-01T00:00:00Z\"}}"),
        arguments(
            new BsonDbPointer("a.b", ID),
            "{\"$dbPointer\":{\"$ref\":\"a.b\",\"$id\":\"6740f1a2b3c4d5e6f7a8b9c0\"}}"),
        arguments(new BsonMinKey(), "{\"$minKey\":1}"),
        arguments(new BsonMaxKey(), "{\"$maxKey\":1}"),
        arguments(new BsonUndefined(), "{\"$undefined\":true}"));
  }

  @ParameterizedTest
  @MethodSource("bson")
  void everyType_isWritten(BsonValue value, String json) {
    assertThat(toJson(BsonValues.ofBsonValue(value))).isEqualTo(json);
    assertThat(toJson(BsonValues.ofBsonValue(new BsonDocument("a", value))))
        .isEqualTo("{\"a\":" + json + "}");
  }

  /** Returns a stream that starts with the text and then repeats its last character forever. */
  private static InputStream endless(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return new InputStream() {
      private int next;

      @Override
      public int read() {
        return bytes[Math.min(next++, bytes.length - 1)];
      }

      @Override
      public int read(byte[] target, int offset, int length) {
        for (int i = 0; i < length; i++) {
          target[offset + i] = (byte) read();
        }
        return length;
      }
    };
  }

  @ParameterizedTest
  @CsvSource({
    "'\"x', TOO_LARGE",
    "'{\"x', TOO_LARGE",
    "'[1', TOO_LARGE",
    "'0.1', TOO_LARGE",
    "'1e1', TOO_LARGE",
    "'[[', INVALID_VALUE",
    "'[1,\"\\\\', TOO_LARGE"
  })
  void endlessText_isRefusedEarly(String text, ErrorCode code) throws IOException {
    JsonTranscoder small = new JsonTranscoder(new ValueLimits(100_000, 100));
    try (JsonParser parser = small.factory().createParser(endless(text))) {
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> small.read(parser))
          .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }
  }

  @Test
  void read_takesOneValueAfterTheOther() throws IOException {
    Map<String, RawValue> values = new LinkedHashMap<>();
    byte[] json = "{\"a\": [1, {\"b\": 2}], \"c\": null, \"d\": \"x\"}".getBytes(UTF_8);
    try (JsonParser parser = transcoder.factory().createParser(new ByteArrayInputStream(json))) {
      assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        values.put(name, transcoder.read(parser));
      }
      assertThat(parser.currentToken()).isEqualTo(JsonToken.END_OBJECT);
    }

    assertThat(values)
        .containsExactly(
            Map.entry("a", parse("[1,{\"b\":2}]")),
            Map.entry("c", parse("null")),
            Map.entry("d", parse("\"x\"")));
  }

  @Test
  void write_putsOneValueAfterTheOther() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = transcoder.factory().createGenerator(bytes)) {
      out.writeStartObject();
      out.writeFieldName("a");
      transcoder.write(parse("[1]"), out);
      out.writeFieldName("b");
      transcoder.write(BsonValues.ofBsonValue(new BsonString("x")), out);
      out.writeEndObject();
    }

    assertThat(bytes).hasToString("{\"a\":[1],\"b\":\"x\"}");
  }

  @Test
  void factory_findsDuplicatesAndGuessesNoEncoding() throws IOException {
    for (byte[] json :
        List.of("{\"a\":1,\"a\":2}".getBytes(UTF_8), new byte[] {'"', (byte) 0xFF, '"'})) {
      try (JsonParser parser = transcoder.factory().createParser(json)) {
        assertThatExceptionOfType(IOException.class)
            .isThrownBy(() -> {
              while (parser.nextToken() != null) {
                parser.getText();
              }
            })
            .satisfies(e -> assertThat(JsonTranscoder.failure(e))
                .isInstanceOfSatisfying(
                    InvalidInputException.class,
                    invalid -> assertThat(invalid.code()).isEqualTo(ErrorCode.INVALID_JSON)));
      }
    }
  }

  @Test
  void read_whereTheStreamFails_isNoFaultOfTheText() throws IOException {
    InputStream broken = InputStream.nullInputStream();
    broken.close();
    try (JsonParser parser = transcoder.factory().createParser(broken)) {
      assertThatExceptionOfType(UncheckedIOException.class)
          .isThrownBy(() -> transcoder.read(parser));
    }
  }

  @Test
  void longNames_areTaken() {
    String json = "{\"" + "n".repeat(200_000) + "\":1}";

    assertThat(toJson(parse(json))).isEqualTo(json);
  }

  @Test
  void manyNames_areTaken() {
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; i < 30_000; i++) {
      json.append(i == 0 ? "" : ",").append("\"k").append(i).append("\":").append(i);
    }

    assertThat(toJson(parse(json + "}"))).isEqualTo(json + "}");
  }
}
