package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests importing files of other applications, and exporting for them. */
class ForeignFilesTest extends KvTest {
  private static final String APPLICATION = """
      server:
        port: 8080
        hosts: [a.example, {name: b.example, weight: 2}]
      spring.datasource:
        url: jdbc:x
        options: {}
      """;

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private String json(String key) {
    return Values.json(kv.raw(key));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spring.config.activate.on-profile: prod",
        "spring: {config: {activate: {on-profile: prod}}}",
        "spring.config: {activate.on-cloud-platform: kubernetes}"
      })
  void yamlDocument_ofAProfile_isLeftOutAndReported(String condition) throws IOException {
    String file = file("application.yml", """
        server: {port: 80}
        ---
        %s
        server: {port: 81}
        ---
        server: {name: x}
        """.formatted(condition));
    assertThat(kv.run("import", "--flatten", file).err())
        .contains(file
            + ":2:1: the document that begins here is left out, because it has spring.config.activate:"
            + " import it from a file of its own");
    assertThat(kv.print("list", "--keys")).isEqualTo("server.name\nserver.port\n");
    assertThat(json("server.port")).isEqualTo("80");
  }

  @Test
  void flattened_yaml_isAKeyForEachSetting() throws IOException {
    String file = file("application.yml", APPLICATION);
    assertThat(kv.print("import", "--flatten", file))
        .isEqualTo("Imported 6 entries: 6 created, 0 changed, 0 the same\n");
    assertThat(kv.print("list", "--keys")).isEqualTo("""
        server.hosts[0]
        server.hosts[1].name
        server.hosts[1].weight
        server.port
        spring.datasource.options
        spring.datasource.url
        """);
    assertThat(kv.print("import", file, "--flatten", "--store", "other")).startsWith("Imported 6");
    assertThat(kv.print("import", "--flatten=/", file)).startsWith("Imported 6 entries: 6 created");
    assertThat(json("server/hosts[1]/weight")).isEqualTo("2");
    kv.environment.put("KVSTORE_FLATTEN", "/");
    assertThat(kv.print("import", file))
        .isEqualTo("Imported 6 entries: 0 created, 0 changed, 6 the same\n");
  }

  @Test
  void flattened_collision_isReportedWithItsPlace() throws IOException {
    String file = file("f.yaml", "a.b: 1\na:\n  b: 2\n");
    assertThat(kv.run("import", "--flatten", file))
        .isEqualTo(new Kv.Result(
            2,
            "",
            "kv: " + file + ":3:3: 'a.b': two values would get this key; use another separator"
                + " with --flatten\n"));
    assertThat(kv.run("import", "--flatten=" + file, file).err())
        .startsWith("kv: option --flatten: a separator is one to three signs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[", "]", ".["})
  void separator_thatMakesAmbiguousKeys_isRefused(String separator) throws IOException {
    assertThat(kv.run("import", "--flatten=" + separator, file("f.yaml", "a: 1")))
        .isEqualTo(new Kv.Result(
            2,
            "",
            "kv: option --flatten: a separator is one to three signs other than [ and ], such as"
                + " . or / or ::\nTry 'kv --help', or --help after a command.\n"));
  }

  @Test
  void types_areNamedAsTheHelpDoes() throws IOException {
    assertThat(kv.run("import", "--types=foo", file("f.yaml", "a: 1")).err())
        .contains("[json, text, yaml11]");
  }

  @Test
  void separator_afterASpace_isPointedOut() throws IOException {
    assertThat(kv.run("import", "--flatten", "/", file("f.yaml", "a: 1")).err())
        .contains("kv: If '/' is the separator, write --flatten=/\n");
    kv.input = "{}";
    assertThat(kv.run("import", "--flatten", "-").err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\t", "\\u0085", "\\u007F"})
  void flattenedKey_thatAnImportRefuses_isReported(String character) {
    kv.print("set", "k", "{\"a" + character + "\":1}");
    Kv.Result result = kv.run("export", "--flatten");
    assertThat(result.code()).isZero();
    assertThat(result.err()).startsWith("'k.a").contains("'kv import' refuses this key: The key");
  }

  @Test
  void emptyContainers_forSpring_areAnEmptyTextOrLeftOut() {
    kv.print("set", "k", "{\"list\":[],\"map\":{}}");
    Kv.Result result = kv.run("export", "--format", "properties", "--flatten", "--types", "text");
    assertThat(result.out()).isEqualTo("k.list=\n");
    assertThat(result.err()).isEqualTo("'k.map': an empty object has no text and is left out\n");
  }

  @Test
  void flattenedImport_belowANestedValue_saysSo() throws IOException {
    kv.print("set", "rec", "{\"d\":1}");
    String file = file("f.yaml", "rec.d: 2\nother.d: 3\n");
    assertThat(kv.run("import", file, "--flatten").err())
        .isEqualTo("'rec': the store has a nested value under this key; it stays as it is, beside"
            + " 'rec.d'\n");
    assertThat(json("rec")).isEqualTo("{\"d\":1}");
  }

  @Test
  void exportedForSpring_hasPlainTextsUnderFlatKeys() throws IOException {
    kv.print("set", "server", "{\"port\":8080,\"hosts\":[\"a\",{\"name\":\"3\"}]}");
    kv.print("set", "zip", "01234", "-s");
    Properties read = new Properties();
    read.load(new StringReader(
        kv.print("export", "--format", "properties", "--flatten", "--types", "text")));
    assertThat(read)
        .containsExactlyInAnyOrderEntriesOf(Map.of(
            "server.port", "8080",
            "server.hosts[0]", "a",
            "server.hosts[1].name", "3",
            "zip", "01234"));
    assertThat(kv.print("export", "--flatten", "server")).contains("\"server.hosts[0]\": \"a\"");
    kv.print("set", "server.port", "1");
    assertThat(kv.run("export", "--flatten").err())
        .isEqualTo("kv: Two values would get the key 'server.port': use another separator, as"
            + " --flatten=/\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "7e1000 | \"7e1000\" | | 7E+1000",
        "12.50 | 12.50 | | 12.50",
        "-5 | -5 | | -5",
        "true | true | | true",
        "null | null | | null",
        "TRUE | \"TRUE\" | it is text; if you mean true, write true | true",
        "yes | \"yes\" | it is text; if you mean true, write true | true",
        "Off | \"Off\" | it is text; if you mean false, write false | false",
        "~ | \"~\" | it is text; if you mean null, write null | null",
        "010 | \"010\" | if you mean a number, write it without the leading zero | 8",
        "089 | \"089\" | if you mean a number, write it without the leading zero | \"089\"",
        "0x1F | \"0x1F\" | write it as JSON does, in decimal digits | 31",
        "1_000 | \"1_000\" | write it as JSON does, without underscores | 1000",
        "+1 | \"+1\" | write it as JSON does, without a plus sign | 1",
        ".5 | \".5\" | write it as JSON does, with digits on both sides | 0.5",
        "1.5e3 | \"1.5e3\" | write it as JSON does, without exponent | 1500.0",
        ".inf | \".inf\" | it is text: values have neither infinity nor NaN | \".inf\"",
        "1:30 | \"1:30\" | | 90",
        "2026-01-01 | \"2026-01-01\" | | \"2026-01-01\"",
        "plain text | \"plain text\" | | \"plain text\"",
      })
  void scalars_areWhatJsonSpells_andElseText(String text, String json, String advice, String yaml11)
      throws IOException {
    for (String name : List.of("f.yaml", "f.properties")) {
      String file = file(name, (name.endsWith("yaml") ? "k: " : "k=") + text + "\n");
      Kv.Result result = kv.run("import", file);
      assertThat(result.code()).isZero();
      assertThat(json("k")).isEqualTo(json);
      if (advice == null) {
        assertThat(result.err()).isEmpty();
      } else {
        assertThat(result.err()).startsWith(file + ":1:").contains("'k': ", advice);
        assertThat(kv.run("import", file).err()).as("unchanged").isEmpty();
      }
      kv.print("delete", "k");
      String report = kv.run("import", file, "--types=yaml11").err();
      assertThat(report.contains("neither infinity nor NaN")).isEqualTo(text.equals(".inf"));
      assertThat(json("k")).isEqualTo(yaml11);
      kv.print("delete", "k");
      assertThat(kv.run("import", file, "--types=text").err()).isEmpty();
      assertThat(json("k")).isEqualTo("\"" + text + "\"");
      kv.print("delete", "k");
    }
  }

  @Test
  void brokenJson_inProperties_isTextWithAReport() throws IOException {
    String file = file("f.properties", "a={\"b\":1,}\nb=[ERROR\nc={\"x\":1}\nd=[1,\n");
    assertThat(kv.run("import", file).err())
        .isEqualTo(file + ":1:1: 'a': it is text, although it begins as JSON: it is not JSON:"
            + " no comma may stand before a closing bracket (character 8)\n"
            + file + ":2:1: 'b': it is text, although it begins as JSON: it is not JSON: a value"
            + " is a number, true, false, null, an object, an array, or text in double quotes"
            + " (character 2)\n"
            + file + ":4:1: 'd': it is text, although it begins as JSON: the JSON text ends too"
            + " early (character 4)\n");
    assertThat(json("a")).isEqualTo("\"{\\\"b\\\":1,}\"");
    assertThat(json("c")).isEqualTo("{\"x\":1}");
  }

  @Test
  void deep_mergesMembers_andADryRunListsWhatWouldBeDropped() throws IOException {
    kv.print("set", "k", "{\"a\":{\"x\":1,\"y\":2},\"b\":3}");
    String file = file("f.json", "{\"k\": {\"a\": {\"x\": 5}}}");
    assertThat(kv.run("import", file, "--dry-run").err()).isEqualTo("""
        'k' at /a/y: this member would be dropped; --deep would keep it
        'k' at /b: this member would be dropped; --deep would keep it
        """);
    assertThat(kv.run("import", file, "--dry-run", "--deep").err()).isEmpty();
    assertThat(kv.print("import", file, "--deep"))
        .isEqualTo("Imported 1 entry: 0 created, 1 changed, 0 the same\n");
    assertThat(json("k")).isEqualTo("{\"a\":{\"x\":5,\"y\":2},\"b\":3}");
    assertThat(kv.print("import", file, "--deep")).contains("1 the same");
    kv.print("import", file);
    assertThat(json("k")).isEqualTo("{\"a\":{\"x\":5}}");
  }

  @ParameterizedTest
  @CsvSource({"json", "yaml", "properties"})
  void storedTypes_stay_throughExportAndImport(String format) throws IOException {
    RawValue stored = BsonValues.ofBsonValue(BsonDocument.parse("""
        {"at": {"$date": "2026-01-01T00:00:00Z"}, "id": {"$binary": {"base64":
        "AAAAAAAAAAEAAAAAAAAAAg==", "subType": "04"}}, "n": {"$numberLong": "5"},
        "list": [{"d": {"$numberDecimal": "7"}}, {"$oid": "6a10f1a27e0c5b3d9c2f1a01"}],
        "changed": {"$date": "2026-01-01T00:00:00Z"}, "rx": {"$regex": "a", "$options": "i"}}"""));
    kv.store("app").set("k", stored);
    kv.store("app").set("date", Date.from(Instant.parse("2026-02-02T00:00:00Z")));
    kv.store("app").set("long", BsonValues.ofBsonValue(new BsonInt64(5)));
    String file = folder.resolve("f." + format).toString();
    kv.print("export", "--file", file);
    assertThat(kv.print("import", file)).contains("0 changed, 3 the same");
    String text = Files.readString(folder.resolve("f." + format));
    int changed = text.indexOf("2026-01-01", text.indexOf("changed"));
    String edited = text.substring(0, changed) + "2027" + text.substring(changed + 4);
    Files.writeString(folder.resolve("f." + format), edited.replaceFirst("long(.*)5", "long$16"));
    Kv.Result imported = kv.run("import", file);
    assertThat(imported.out()).contains("2 changed, 1 the same");
    assertThat(imported.err()).isEqualTo("""
        'k' at /changed: its type changes from date to string
        'long': its type changes from int64 to int32
        """);
    BsonDocument expected = new BsonDocument();
    expected.putAll(BsonValues.toBsonValue(stored).asDocument());
    BsonDocument now = new BsonDocument();
    now.putAll(BsonValues.toBsonValue(kv.raw("k")).asDocument());
    assertThat(now.remove("changed")).isEqualTo(new BsonString("2027-01-01T00:00:00Z"));
    expected.remove("changed");
    assertThat(now).isEqualTo(expected);
  }

  @Test
  void byteOrderMark_isSkipped_forASingleValueToo() throws IOException {
    String file = file("v.json", "\uFEFF{\"a\": 1}");
    kv.print("set", "k", "-f", file);
    assertThat(json("k")).isEqualTo("{\"a\":1}");
    kv.input = "\uFEFFui.theme=dark\n";
    kv.print("import", "-", "--format", "properties");
    assertThat(json("ui.theme")).isEqualTo("\"dark\"");
  }

  @Test
  void defaults_areWritten_whereThereIsNothing() throws IOException {
    StringBuilder lines = new StringBuilder("there=1\n");
    for (int i = 0; i < 300; i++) {
      lines.append("k").append(i).append("=").append(i).append("\n");
    }
    kv.print("set", "there", "0");
    assertThat(kv.print("import", file("f.properties", lines.toString()), "--mode", "defaults"))
        .isEqualTo("Imported 301 entries: 300 created, 0 changed, 1 kept\n");
    assertThat(json("there")).isEqualTo("0");
    assertThat(json("k299")).isEqualTo("299");
  }
}
