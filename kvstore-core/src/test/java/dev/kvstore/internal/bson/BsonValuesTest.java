package dev.kvstore.internal.bson;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDbPointer;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonJavaScriptWithScope;
import org.bson.BsonRegularExpression;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BsonValuesTest {
  private static final ValueLimits LIMITS = new ValueLimits(1_000, 4);

  private final BsonCodec codec = BsonCodec.create();

  @Test
  void wholeNumber_isThatOfInt32AndInt64() {
    assertThat(BsonValues.wholeNumber(codec.encode(-5))).isEqualTo(OptionalLong.of(-5));
    assertThat(BsonValues.wholeNumber(codec.encode(Long.MIN_VALUE)))
        .isEqualTo(OptionalLong.of(Long.MIN_VALUE));
    assertThat(BsonValues.wholeNumber(codec.encode(5.0))).isEmpty();
    assertThat(BsonValues.wholeNumber(codec.encode("5"))).isEmpty();
    assertThat(BsonValues.wholeNumber(codec.encode(null))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "5, false, int32",
    "5, true, int64",
    "-2147483648, false, int32",
    "2147483648, false, int64",
    "-9223372036854775808, false, int64"
  })
  void ofNumber_isTheTypeThatFits(long number, boolean asInt64, String type) {
    RawValue value = BsonValues.ofNumber(number, asInt64);

    assertThat(BsonValues.typeName(value)).isEqualTo(type);
    assertThat(BsonValues.wholeNumber(value)).hasValue(number);
  }

  @Test
  void toBsonValue_staysRawInsideAndComesBack() {
    BsonDocument nested = new BsonDocument("$a.b", new BsonArray(List.of(new BsonInt32(1))));
    for (BsonValue value : List.of(nested, new BsonArray(List.of(nested)), new BsonString("x"))) {
      RawValue raw = BsonValues.ofBsonValue(value);

      assertThat(BsonValues.toBsonValue(raw)).isEqualTo(value);
      assertThat(BsonValues.ofBsonValue(BsonValues.toBsonValue(raw))).isEqualTo(raw);
    }
  }

  static Stream<BsonValue> wellFormed() {
    ObjectId id = new ObjectId();
    return Stream.of(
        new BsonString(""),
        new BsonString("a\0\uD83D\uDE00"),
        new BsonDocument(),
        new BsonArray(List.of(new BsonDocument("", new BsonInt32(1)))),
        new BsonBinary((byte) 2, new byte[] {1, 2, 3}),
        new BsonBinary((byte) 2, new byte[0]),
        new BsonBinary(new byte[0]),
        new BsonRegularExpression("a", "im"),
        new BsonDbPointer("a.b", id),
        new BsonJavaScriptWithScope("f", new BsonDocument("a", new BsonInt64(1))));
  }

  @ParameterizedTest
  @MethodSource("wellFormed")
  void checked_wellFormed_isTaken(BsonValue value) {
    RawValue raw = BsonValues.ofBsonValue(value);

    assertThat(BsonValues.checked(raw.toByteArray(), LIMITS)).isEqualTo(raw);
  }

  /** Returns a document {value: …} with this type and content in hex, and the correct length. */
  private static byte[] document(String type, String content) {
    return sized("00000000" + type + "76616c756500" + content + "00");
  }

  private static byte[] sized(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length);
    return bytes;
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        arguments("nothing", new byte[0]),
        arguments("too short", new byte[] {5, 0, 0, 0}),
        arguments("no member", new byte[] {5, 0, 0, 0, 0}),
        arguments("negative length", HexFormat.of().parseHex("ffffffff00")),
        arguments("length 2 GiB", HexFormat.of().parseHex("ffffff7f0a76616c75650000")),
        arguments("another name", sized("000000000a76616c756600" + "00")),
        arguments("name without end", sized("000000000a76616c7565")),
        arguments("two members", document("0a", "0a6100")),
        arguments("the same member twice", document("0a", "0a76616c756500")),
        arguments("unknown type", document("14", "")),
        arguments("type 0x80", document("80", "")),
        arguments("boolean 2", document("08", "02")),
        arguments("cut int32", document("10", "0102")),
        arguments("cut int64", document("12", "01020304050607")),
        arguments("text of length 0", document("02", "00000000")),
        arguments("text of negative length", document("02", "ffffffff00")),
        arguments("text longer than all", document("02", "ffffff7f6100")),
        arguments("text without end", document("02", "020000006161")),
        arguments("text that is not UTF-8", document("02", "02000000ff00")),
        arguments("overlong UTF-8", document("02", "03000000c08000")),
        arguments("surrogate in UTF-8", document("02", "04000000eda08000")),
        arguments("name that is not UTF-8", document("03", "080000000aff0000")),
        arguments("binary longer than all", document("05", "ffffff7f00")),
        arguments("binary of negative length", document("05", "ffffffff00")),
        arguments("old binary with two lengths", document("05", "05000000020200000001")),
        arguments("old binary of length 3", document("05", "0300000002ffffffff")),
        arguments("document that ends early", document("03", "070000000a6100")),
        arguments("document of length 4", document("03", "04000000")),
        arguments("document longer than all", document("03", "ffffff7f00")),
        arguments("document with a rest", document("03", "060000000000")),
        arguments("array that begins with 1", document("04", "080000000a310000")),
        arguments("array with a name", document("04", "080000000a610000")),
        arguments("array with 00", document("04", "090000000a30300000")),
        arguments("duplicate name", document("03", "0b0000000a61000a610000")),
        arguments("regex without end", document("0b", "6100")),
        arguments("scope with a rest", document("0f", "1200000002000000610005000000000000")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void checked_malformed_isRefused(String what, byte[] bytes) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> BsonValues.checked(bytes, LIMITS))
        .withNoCause()
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE));
  }

  @Test
  void checked_withBytesAfterIt_isRefused() {
    byte[] bytes = codec.encode(1).toByteArray();

    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> BsonValues.checked(Arrays.copyOf(bytes, bytes.length + 1), LIMITS));
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> BsonValues.members(Arrays.copyOf(bytes, bytes.length + 1), LIMITS, 5));
  }

  private static BsonValue nested(int depth) {
    BsonValue value = new BsonInt32(1);
    for (int i = 0; i < depth; i++) {
      value = i % 2 == 0 ? new BsonArray(List.of(value)) : new BsonDocument("a", value);
    }
    return value;
  }

  @Test
  void checked_isHeldToTheLimits() {
    RawValue deepest = BsonValues.ofBsonValue(nested(4));
    RawValue tooDeep = BsonValues.ofBsonValue(nested(5));
    RawValue largest = codec.encode(new byte[995]);
    RawValue tooLarge = codec.encode(new byte[996]);

    assertThat(BsonValues.checked(deepest.toByteArray(), LIMITS)).isEqualTo(deepest);
    assertThat(BsonValues.checked(largest.toByteArray(), LIMITS)).isEqualTo(largest);
    assertRefused(tooDeep, ErrorCode.INVALID_VALUE);
    assertRefused(tooLarge, ErrorCode.TOO_LARGE);
  }

  private static void assertRefused(RawValue value, ErrorCode code) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> BsonValues.checked(value.toByteArray(), LIMITS))
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> BsonValues.members(BsonValues.document(Map.of("a", value)), LIMITS, 5))
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void checked_ofHundredThousandLevels_isRefused() {
    int levels = 100_000;
    ByteBuffer bytes = ByteBuffer.allocate(12 + levels * 8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(bytes.capacity()).put((byte) 4).put("value\0".getBytes(UTF_8));
    for (int i = 0; i < levels; i++) {
      bytes.putInt(bytes.capacity() - bytes.position() - i - 1);
      bytes.put((byte) 4).put((byte) '0').put((byte) 0);
    }

    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> BsonValues.checked(bytes.array(), new ValueLimits(15 * 1024 * 1024, 150)))
        .withMessageContaining("levels deep");
  }

  @Test
  void members_areWhatTheDocumentIsMadeOf() {
    Map<String, RawValue> members = new LinkedHashMap<>();
    members.put("z", codec.encode(List.of(1, "x")));
    members.put("", codec.encode(null));
    members.put("$a.b/\u05E9\uD83D\uDE00", codec.encode(new byte[] {1}));
    members.put("a", codec.encode(Map.of("b", 1L)));

    Map<String, RawValue> back = BsonValues.members(BsonValues.document(members), LIMITS, 4);

    assertThat(back).containsExactlyEntriesOf(members);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> back.put("n", codec.encode(1)));
    assertThat(BsonValues.members(BsonValues.document(Map.of()), LIMITS, 0)).isEmpty();
  }

  @Test
  void members_moreThanAllowed_areRefused() {
    byte[] document = BsonValues.document(Map.of("a", codec.encode(1), "b", codec.encode(2)));

    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> BsonValues.members(document, LIMITS, 1))
        .withMessageContaining("more than 1 members")
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
  }

  @Test
  void members_ofOneName_areRefused() {
    byte[] document = sized("000000000a61000a610000");

    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> BsonValues.members(document, LIMITS, 5))
        .withMessageContaining("two members named 'a'");
  }

  @Test
  void document_withNamesThatBsonCannotHold_isRefused() {
    for (String name : List.of("a\0", "\uD800")) {
      assertThatExceptionOfType(InvalidInputException.class)
          .isThrownBy(() -> BsonValues.document(Map.of(name, codec.encode(1))))
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE));
    }
  }
}
