package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.RawValues.bson;
import static dev.kvstore.internal.mongo.RawValues.json;
import static dev.kvstore.internal.mongo.RawValues.raw;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.spi.RawValue;
import java.util.List;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
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
import org.bson.BsonNull;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DollarNamesTest {
  @ParameterizedTest
  @CsvSource({"$a, ＄$a", "$, ＄$", "＄, ＄＄", "＄a, ＄＄a", "＄$a, ＄＄$a", "$$, ＄$$"})
  void escape_leadingDollarOrEscape_prependsOneEscape(String name, String stored) {
    RawValue value = raw(new BsonDocument(name, new BsonInt32(1)));

    RawValue escaped = DollarNames.escape(value);

    assertThat(bson(escaped)).isEqualTo(new BsonDocument(stored, new BsonInt32(1)));
    assertThat(DollarNames.unescape(escaped)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a$", "a.b", "", "_id", "ａ", "日本", "\uFF03x", "%24", "a＄"})
  void escape_otherNames_areStoredAsTheyAre(String name) {
    RawValue value = raw(new BsonDocument(name, new BsonString("$x ＄y")));

    assertThat(DollarNames.escape(value)).isSameAs(value);
    assertThat(DollarNames.unescape(value)).isSameAs(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"$a\"", "1", "null", "[\"$a\", {\"b\": \"$c\"}]", "{}", "[]"})
  void escape_dollarsInTextOnly_isTheSameObject(String json) {
    RawValue value = json(json);

    assertThat(DollarNames.escape(value)).isSameAs(value);
  }

  @Test
  void escape_namesAtAnyDepth_changesThoseAlone() {
    RawValue value = raw(document(
        "a",
        new BsonArray(List.of(
            new BsonInt32(1),
            document("$set", document("$inc", new BsonNull())),
            new BsonArray(List.of(document("＄", new BsonString("＄")))))),
        "b",
        document("c.d", document("$ref", new BsonString("$ref"), "x", new BsonInt64(2)))));

    assertThat(bson(DollarNames.escape(value)))
        .isEqualTo(document(
            "a",
            new BsonArray(List.of(
                new BsonInt32(1),
                document("＄$set", document("＄$inc", new BsonNull())),
                new BsonArray(List.of(document("＄＄", new BsonString("＄")))))),
            "b",
            document("c.d", document("＄$ref", new BsonString("$ref"), "x", new BsonInt64(2)))));
  }

  @Test
  void escape_everyType_keepsTheValuesThatFollow() {
    BsonDocument everything = new BsonDocument();
    for (BsonValue value : everyType()) {
      everything.put("t" + everything.size(), value);
    }
    everything.put("$last", new BsonInt32(1));
    RawValue value = raw(everything);

    RawValue escaped = DollarNames.escape(value);

    BsonDocument expected = everything.clone();
    expected.remove("$last");
    expected.put("＄$last", new BsonInt32(1));
    assertThat(bson(escaped)).isEqualTo(expected);
    assertThat(DollarNames.unescape(escaped)).isEqualTo(value);
  }

  @Test
  void unescape_dollarWrittenByHand_staysAsItIs() {
    RawValue value = raw(document("$ref", new BsonString("c"), "＄b", new BsonInt32(1)));

    assertThat(bson(DollarNames.unescape(value)))
        .isEqualTo(document("$ref", new BsonString("c"), "b", new BsonInt32(1)));
  }

  @Test
  void unescape_ofEscaped_isTheValue() {
    Random random = new Random(20261121);
    for (int i = 0; i < 2000; i++) {
      RawValue value = raw(randomValue(random, 5));
      RawValue escaped = DollarNames.escape(value);

      assertThat(DollarNames.unescape(escaped)).isEqualTo(value);
      assertThat(namesOf(bson(escaped))).noneMatch(name -> name.startsWith("$"));
    }
  }

  @Test
  void escape_deepest_doesNotOverflow() {
    BsonValue value = new BsonInt32(1);
    for (int i = 0; i < 180; i++) {
      value = document("$", value);
    }
    RawValue raw = raw(value);

    assertThat(DollarNames.unescape(DollarNames.escape(raw))).isEqualTo(raw);
  }

  private static List<BsonValue> everyType() {
    return List.of(
        new BsonDouble(1.5),
        new BsonString("zwölf"),
        document("a", new BsonInt32(1)),
        new BsonArray(List.of(new BsonInt32(1))),
        new BsonBinary(new byte[] {0, 36, 0}),
        new BsonBinary((byte) 2, new byte[] {1, 2, 3}),
        new BsonUndefined(),
        new BsonObjectId(new ObjectId()),
        BsonBoolean.TRUE,
        new BsonDateTime(0),
        new BsonNull(),
        new BsonRegularExpression("^$", "i"),
        new BsonDbPointer("db.c", new ObjectId()),
        new BsonJavaScript("f()"),
        new BsonSymbol("s"),
        new BsonJavaScriptWithScope("f()", document("a", new BsonInt32(1))),
        new BsonInt32(36),
        new BsonTimestamp(1, 2),
        new BsonInt64(36),
        new BsonDecimal128(Decimal128.POSITIVE_INFINITY),
        new BsonMinKey(),
        new BsonMaxKey());
  }

  private static BsonValue randomValue(Random random, int depth) {
    int kind = random.nextInt(depth == 0 ? 2 : 5);
    if (kind == 0) {
      return new BsonInt32(random.nextInt());
    }
    if (kind == 1) {
      return new BsonString(randomName(random));
    }
    if (kind == 2) {
      BsonArray array = new BsonArray();
      for (int i = random.nextInt(4); i > 0; i--) {
        array.add(randomValue(random, depth - 1));
      }
      return array;
    }
    BsonDocument document = new BsonDocument();
    for (int i = random.nextInt(4); i > 0; i--) {
      document.put(randomName(random), randomValue(random, depth - 1));
    }
    return document;
  }

  private static String randomName(Random random) {
    StringBuilder name = new StringBuilder();
    for (int i = random.nextInt(5); i > 0; i--) {
      name.append("$＄a.\uFF05".charAt(random.nextInt(5)));
    }
    return name.toString();
  }

  private static List<String> namesOf(BsonValue value) {
    List<String> names = new java.util.ArrayList<>();
    if (value.isDocument()) {
      value.asDocument().forEach((name, member) -> {
        names.add(name);
        names.addAll(namesOf(member));
      });
    } else if (value.isArray()) {
      value.asArray().forEach(member -> names.addAll(namesOf(member)));
    }
    return names;
  }

  private static BsonDocument document(String name, BsonValue value) {
    return new BsonDocument(name, value);
  }

  private static BsonDocument document(
      String name, BsonValue value, String second, BsonValue secondValue) {
    return new BsonDocument(name, value).append(second, secondValue);
  }
}
