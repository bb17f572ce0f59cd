package dev.kvstore.internal.bson;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.util.List;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDateTime;
import org.bson.BsonDbPointer;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonJavaScriptWithScope;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonRegularExpression;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergePatchTest {
  private static final JsonTranscoder JSON = new JsonTranscoder(ValueLimits.DEFAULT);

  /** The examples of the RFC's appendix A, and cases that it does not cover. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'a':'b'}|{'a':'c'}|{'a':'c'}",
        "{'a':'b'}|{'b':'c'}|{'a':'b','b':'c'}",
        "{'a':'b'}|{'a':null}|{}",
        "{'a':'b','b':'c'}|{'a':null}|{'b':'c'}",
        "{'a':['b']}|{'a':'c'}|{'a':'c'}",
        "{'a':'c'}|{'a':['b']}|{'a':['b']}",
        "{'a':{'b':'c'}}|{'a':{'b':'d','c':null}}|{'a':{'b':'d'}}",
        "{'a':[{'b':'c'}]}|{'a':[1]}|{'a':[1]}",
        "['a','b']|['c','d']|['c','d']",
        "{'a':'b'}|['c']|['c']",
        "{'a':'foo'}|null|null",
        "{'a':'foo'}|'bar'|'bar'",
        "{'e':null}|{'a':1}|{'e':null,'a':1}",
        "[1,2]|{'a':'b','c':null}|{'a':'b'}",
        "{}|{'a':{'bb':{'ccc':null}}}|{'a':{'bb':{}}}",
        "{'a':1}|{}|{'a':1}",
        "1|{}|{}",
        "{'a':1}|{'a':[null,{'b':null}]}|{'a':[null,{'b':null}]}",
        "{'':1,'$set':2,'a.b':3,'＄':4}|{'$set':{'$x':5},'a.b':null,'.':6}|{'':1,'$set':{'$x':5},'＄':4,'.':6}",
        "{'c':1,'a':2,'b':3}|{'a':4,'d':5}|{'c':1,'a':4,'b':3,'d':5}"
      },
      quoteCharacter = '`')
  void apply_isAsTheRfcHasIt(String value, String patch, String result) {
    RawValue merged = MergePatch.apply(json(patch), json(value), ValueLimits.DEFAULT);

    assertThat(new String(JSON.toJson(merged), UTF_8)).isEqualTo(result.replace('\'', '"'));
  }

  @Test
  void untouchedMembers_stayAsTheyAre() {
    BsonDocument others = new BsonDocument("int32", new BsonInt32(1))
        .append("int64", new BsonInt64(1))
        .append("double", new BsonDouble(-0.0))
        .append("nan", new BsonDouble(Double.NaN))
        .append("decimal", new BsonDecimal128(Decimal128.parse("12.500")))
        .append("date", new BsonDateTime(-1))
        .append("uuid", new BsonBinary(new UUID(1, 2)))
        .append("binary", new BsonBinary((byte) 0x80, new byte[] {0, 1}))
        .append("old", new BsonBinary((byte) 2, new byte[] {3}))
        .append("id", new BsonObjectId(new ObjectId("0123456789abcdef01234567")))
        .append("regex", new BsonRegularExpression("a.*", "i"))
        .append("timestamp", new BsonTimestamp(1, 2))
        .append("pointer", new BsonDbPointer("a.b", new ObjectId("0123456789abcdef01234567")))
        .append("code", new BsonJavaScriptWithScope("x", new BsonDocument("x", new BsonInt64(1))))
        .append("null", BsonNull.VALUE);
    BsonDocument value = others.clone().append("nested", others.clone());
    value.append("array", new BsonArray(List.copyOf(others.values())));
    RawValue patch = json("{'nested': {'new': 1}, 'other': '2'}");

    RawValue merged = MergePatch.apply(patch, BsonValues.ofBsonValue(value), ValueLimits.DEFAULT);

    value.getDocument("nested").append("new", new BsonInt32(1));
    value.append("other", new BsonString("2"));
    assertThat(merged).isEqualTo(BsonValues.ofBsonValue(value));
  }

  @Test
  void newMembers_haveTheTypesOfTheirJson() {
    RawValue patch = json("{'a':1,'b':3000000000,'c':0.1,'d':12.50,'e':9223372036854775808}");

    assertThat(MergePatch.apply(patch, json("{'a':3000000000}"), ValueLimits.DEFAULT))
        .isEqualTo(patch);
  }

  @Test
  void resultBeyondTheLimits_isRefused() {
    ValueLimits limits = new ValueLimits(100, 2);
    RawValue value = json("{'a':'" + "x".repeat(60) + "'}");

    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> MergePatch.apply(json("{'b':'" + "x".repeat(40) + "'}"), value, limits))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> MergePatch.apply(json("{'b':{'c':{}}}"), value, limits))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE));
  }

  private static RawValue json(String text) {
    return JSON.parse(text.replace('\'', '"').getBytes(UTF_8));
  }
}
