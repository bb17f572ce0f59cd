package dev.kvstore.internal.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.InvalidSnapshotException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.internal.support.Texts;
import dev.kvstore.spi.RawValue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SnapshotReaderTest {
  private static final List<String> KEYS = List.of(
      "ui.theme",
      "a b",
      "true",
      "null",
      "~",
      "-",
      "123",
      "1e5",
      "#x",
      "!x",
      "&x",
      "*x",
      "%x",
      "@x",
      "`x",
      "?x",
      "|x",
      ">x",
      "a: b",
      "a #b",
      "a:",
      ":a",
      "=",
      "a=b",
      "'",
      "\"",
      "\\",
      "\\u0041",
      "{",
      "[a]",
      ",",
      "ключ",
      "مفتاح",
      "😀",
      " leads",
      "trails ",
      "<<",
      "y",
      "0x1F",
      "a/b/c",
      "C:\\x",
      "\uFEFFx",
      "x\uFEFF",
      "a\u2028b",
      "a\u202Eb",
      "yes",
      "1_000");

  private static final List<String> TEXTS = List.of(
      "",
      " ",
      "3",
      "12.50",
      "1e5",
      "true",
      "null",
      "~",
      "\"quoted\"",
      "{}",
      "[1",
      "a\nb",
      "\n",
      "\t",
      "a: b",
      "- a",
      "# no",
      "\\u0041",
      "017",
      "0x1F",
      "1_000",
      ".5",
      "yes",
      "*a",
      "\u009B",
      "\u2028",
      "\u202E",
      "\uFEFF",
      "é😀",
      "\u007F",
      "trailing ",
      "--- x",
      "%a",
      "\r\n",
      "a\u0000b");

  private static final List<String> VALUES = List.of(
      "0",
      "-1",
      "2147483648",
      "9223372036854775808",
      "123456789012345678901234567890",
      "0.1",
      "12.50",
      "-0.0",
      "1E+400",
      "1.0E10",
      "1E+5",
      "1.00E+40",
      "1E-7",
      "5E-324",
      "1.7976931348623157E308",
      "0E+3",
      "true",
      "false",
      "null",
      "[]",
      "{}",
      "[[],{}]",
      "{\"\":1,\"$a\":{\"x.y\":[null,-0.0,1E+6000]}}",
      "{\"<<\":{\"=\":\"\\uFEFF\"},\"\\uFEFF\":\"\\u0085\",\"a\\u0085b\":1,\"~\":2,\"\\u0007\":3}");

  /** Numbers that properties cannot represent. */
  private static final List<String> LARGE = List.of("1E+400", "1.00E+40");

  private static Map<String, RawValue> values() {
    Map<String, RawValue> values = new LinkedHashMap<>();
    KEYS.forEach(key -> values.put(key, Values.ofText(key)));
    for (int i = 0; i < TEXTS.size(); i++) {
      values.put("text" + i, Values.ofText(TEXTS.get(i)));
    }
    for (int i = 0; i < VALUES.size(); i++) {
      values.put("value" + i, Values.ofJson(VALUES.get(i).getBytes(UTF_8)));
    }
    return values;
  }

  private static String written(FileFormat format, Map<String, RawValue> values)
      throws IOException {
    StringWriter text = new StringWriter();
    Writing writing = new Writing(format, Types.JSON, null, false);
    try (SnapshotWriter snapshot = new SnapshotWriter(text, writing, loss -> {})) {
      for (Map.Entry<String, RawValue> value : values.entrySet()) {
        snapshot.write(KVEntry.of(value.getValue(), metadata(value.getKey())));
      }
    }
    return text.toString();
  }

  private static KVMetadata metadata(String key) {
    return KVMetadata.of(
        key, 1, "6740f1000000000000000000", Instant.EPOCH, Instant.EPOCH, null, null);
  }

  private static Map<String, RawValue> read(FileFormat format, String text) {
    return read(format, text.getBytes(UTF_8));
  }

  private static Map<String, RawValue> read(FileFormat format, byte[] text) {
    try (SnapshotSource source = SnapshotSource.copyOf(new ByteArrayInputStream(text), "file")) {
      return new SnapshotReader(source, Reading.of(format, Types.JSON, null)).values("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(FileFormat.class)
  void whatIsWritten_isReadBackExactly(FileFormat format) throws IOException {
    Map<String, RawValue> values = values();
    if (format == FileFormat.PROPERTIES) {
      LARGE.forEach(json -> values.remove("value" + VALUES.indexOf(json)));
    }
    String text = written(format, values);
    Map<String, RawValue> read = read(format, text);
    assertThat(read.keySet()).containsExactlyInAnyOrderElementsOf(values.keySet());
    values.forEach((key, value) -> assertThat(read.get(key)).as(key).isEqualTo(value));
    assertThat(written(format, values)).isEqualTo(text);
  }

  @Test
  void numbersWithoutASpelling_inProperties_areReported() throws IOException {
    List<String> losses = new ArrayList<>();
    try (ValueDocumentWriter document = ValueDocumentWriter.to(
        new StringWriter(), FileFormat.PROPERTIES, Types.JSON, losses::add)) {
      for (String json : LARGE) {
        document.write("k" + json, Values.ofJson(json.getBytes(UTF_8)));
      }
    }
    assertThat(losses)
        .hasSameSizeAs(LARGE)
        .allMatch(loss -> loss.contains("is read back from properties as text"));
  }

  @ParameterizedTest
  @EnumSource(FileFormat.class)
  void byteOrderMark_isSkipped(FileFormat format) throws IOException {
    String text = written(format, Map.of("a", Values.ofText("x")));
    assertThat(read(format, "\uFEFF" + text)).containsOnlyKeys("a");
  }

  @Test
  void textThatSteersATerminal_isEscaped_inEveryFormat() throws IOException {
    for (FileFormat format : FileFormat.values()) {
      assertThat(written(format, values()).codePoints())
          .noneMatch(c -> c != '\n' && Texts.steers(c));
    }
  }

  @Test
  void allProblems_areReportedAtOnce() {
    assertThatThrownBy(() -> read(FileFormat.JSON, """
        {"a//b": 1,
         "c": {"d": [1e99999], "e": 1, "e": 2},
         "f": }
        """)).hasMessage("""
            file:1:2: The key 'a//b' has an empty segment
            file:2:14: 'c' at /d/0: The value has a number that no BSON type holds without loss: a Decimal128 has 34 digits and an exponent from -6176 to 6111
            file:2:32: 'c' at /e: the member is there twice
            file:3:7: it is not JSON: a value is a number, true, false, null, an object, an array, or text in double quotes""");
    assertThatThrownBy(() -> read(FileFormat.YAML, """
        a//b: 1
        c: {d: !!binary AQI=}
        d: a: b
        e: *x
        f: [
        """))
        .hasMessageContainingAll(
            "file:1:1: The key 'a//b'",
            "file:2:8: 'c' at /d: it has a tag",
            "file:3:5: it is not YAML: mapping values",
            "file:4:4: 'e': it has an alias",
            "file:6:1: it is not YAML: ");
    assertThatThrownBy(() -> read(FileFormat.PROPERTIES, """
        a//b=1
        # \\
          c=\\
            {"d": 1e99999}
        e=\\u00
        """))
        .hasMessageContainingAll(
            "file:1:1: The key 'a//b'",
            "file:3:3: 'c' at /d: The value has a number",
            "file:5:1: a \\u is not followed");
  }

  @ParameterizedTest
  @EnumSource(FileFormat.class)
  void nothing_isWrittenAndReadBack(FileFormat format) throws IOException {
    assertThat(read(format, written(format, Map.of()))).isEmpty();
  }

  @Test
  void deepAndLarge_isKept() throws IOException {
    Map<String, RawValue> values = Map.of(
        "deep",
        Values.ofJson(("[".repeat(100) + "]".repeat(100)).getBytes(UTF_8)),
        "large",
        Values.ofText("x: \"y\"\n".repeat(500_000)));
    for (FileFormat format : FileFormat.values()) {
      assertThat(read(format, written(format, values))).isEqualTo(values);
    }
  }

  @Test
  void numbersOfYaml_areThoseOfJson() {
    Map<String, RawValue> read = read(FileFormat.YAML, """
        a: 12.50
        b: 1e5
        c: 123456789012345678901234567890
        d: 'true'
        e: True
        f: yes
        g: 2026-01-01
        h:
        i: "3"
        j: !!str 3
        k: 1:30
        """);
    assertThat(read.values().stream().map(Values::json))
        .containsExactly(
            "12.50",
            "\"1e5\"",
            "123456789012345678901234567890",
            "\"true\"",
            "\"True\"",
            "\"yes\"",
            "\"2026-01-01\"",
            "null",
            "\"3\"",
            "\"3\"",
            "\"1:30\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "!!binary AQI= | 6 | 'key': it has a tag",
        "&x [*x] | 10 | 'key' at /0: it has an alias",
        "{x: 1, x: 2} | 13 | 'key' at /x: the member is there twice",
        "{[a]: 1} | 7 | 'key': a key must be plain text",
        "{<<: {a: 1}} | 7 | 'key': it merges another mapping",
        "!!float 1e99999 | 6 | 'key': The value has a number that no BSON type holds"
      })
  void yamlThatMeansSomethingElse_isRefused_withItsPlace(String value, int column, String problem) {
    assertThatThrownBy(() -> read(FileFormat.YAML, "ok: 1\nkey: " + value + "\n"))
        .isInstanceOf(InvalidSnapshotException.class)
        .hasMessageStartingWith("file:2:" + column + ": " + problem);
  }

  @Test
  void deepYaml_isRefused() {
    assertThatThrownBy(() -> read(FileFormat.YAML, "a: " + "[".repeat(5000) + "]".repeat(5000)))
        .isInstanceOf(InvalidSnapshotException.class);
    assertThatThrownBy(
            () -> read(FileFormat.JSON, "{\"a\": " + "[".repeat(5000) + "]".repeat(5000) + "}"))
        .isInstanceOf(InvalidSnapshotException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "JSON | [1] | it must hold one JSON object",
        "JSON | {} {} | file:1:4: something follows",
        "JSON | {'a': 1} | file:1:2: it is not JSON: names and text must stand in double quotes",
        "JSON | {\"a\": 1,} | file:1:9: it is not JSON: no comma may stand before a closing bracket",
        "JSON | {\"a\": [1,]} | it is not JSON: no comma may stand before a closing bracket",
        "JSON | {\"a\": 1 // b | it is not JSON: JSON has no comments",
        "JSON | {\"a\": \"x\\nly\"} | it is not JSON: a line break in a text must be written",
        "JSON | {\"a\": +5} | it is not JSON: a number has no plus sign",
        "JSON | {\"a\": 05} | it is not JSON: a number has no plus sign",
        "JSON | {\"a\" 5} | it is not JSON: a colon is missing after a name",
        "JSON | {\"a\": 5 \"b\": 6} | it is not JSON: a comma or a closing bracket is missing",
        "JSON | {\"a\": secret} | file:1:7: it is not JSON: a value is a number, true",
        "JSON | {\"a\": 1, \"a\": 2} | file:1:10: 'a': the key is there twice",
        "JSON | {\"a\": [1, 1e99999]} | file:1:11: 'a' at /1: The value has a number",
        "JSON | {\"a\": \"\\ud800\"} | file:1:7: 'a': The value has text with half of a surrogate pair",
        "JSON | {\"a//b\": 1} | empty segment",
        "YAML | - a | it must hold one mapping",
        "YAML | a: [ | file:1:5: it is not YAML: expected the node content",
        "YAML | d: a: b | file:1:5: it is not YAML: mapping values are not allowed here",
        "YAML | a//b: 1 | empty segment",
        "PROPERTIES | a=\\\\u00 | file:1:1: a \\u is not followed by four hexadecimal digits",
        "PROPERTIES | a={\"b\":1e99999} | file:1:1: 'a' at /b: The value has a number",
      })
  void whatIsNoDocument_isRefused(FileFormat format, String text, String problem) {
    assertThatThrownBy(() -> read(format, text.replace("\\nl", "\n").replace("\\\\", "\\")))
        .isInstanceOf(InvalidSnapshotException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void syntaxErrors_ofJson_areAllReported() {
    assertThatThrownBy(() -> read(FileFormat.JSON, """
        {
          "a": 010,
          "b": {
            "c": 'x'
          },
          "d": "x
          "e": [1, 2
          "f": 1e99999,
          "g": 1
          "g": tru,
          "h": 1,
          "h": 2,
        }
        """)).hasMessageMatching("""
            file:2:9: it is not JSON: a number has no plus sign.*
            file:4:10: it is not JSON: names and text must stand in double quotes
            file:6:\\d+: it is not JSON: a line break in a text must be written.*
            file:8:3: it is not JSON: a comma or a closing bracket is missing
            file:8:8: 'f': The value has a number.*
            file:10:3: it is not JSON: a comma or a closing bracket is missing
            file:10:\\d+: it is not JSON: a value is a number.*
            file:12:3: 'h': the key is there twice
            file:13:1: it is not JSON: no comma may stand before a closing bracket""");
  }

  @Test
  void syntaxErrors_ofJson_areReportedInTimeThatGrowsWithTheText() {
    String text = "{\n" + " \"a\": x,\n".repeat(100_000) + "}";
    assertThatThrownBy(() -> read(FileFormat.JSON, text))
        .hasMessageStartingWith("file:2:7: ")
        .hasMessageEndingWith("file: 1 more problems");
  }

  @Test
  void laterYamlDocuments_override() {
    Map<String, RawValue> read = read(FileFormat.YAML, """
        ---
        a: {b: 1, c: [1, 2]}
        ---
        # nothing
        ---
        a: {b: 2, c: [3]}
        d: x
        """);
    assertThat(read).containsOnlyKeys("a", "d");
    assertThat(read)
        .hasEntrySatisfying("a", a -> assertThat(Values.json(a)).isEqualTo("{\"b\":2,\"c\":[3]}"));
    assertThatThrownBy(() -> read(FileFormat.YAML, "a: 1\n---\n- x\n---\nb: 1\nb: 2\nc: d: e"))
        .hasMessageContaining("file:3:1: it must hold one mapping")
        .hasMessageContaining("file:6:1: 'b': the key is there twice")
        .hasMessageContaining("file:7:5: it is not YAML");
  }

  @Test
  void sameKeyTwice_isRefused_everywhere() {
    assertThatThrownBy(() -> read(FileFormat.YAML, "a: 1\nb: 2\na: 3"))
        .hasMessage("file:3:1: 'a': the key is there twice");
    assertThatThrownBy(() -> read(FileFormat.PROPERTIES, "a=1\na=2"))
        .hasMessage("file:2:1: 'a': the key is there twice");
    assertThatThrownBy(() -> read(FileFormat.YAML, new byte[] {'a', (byte) 0xFF}))
        .hasMessage("file is not UTF-8");
  }

  @Test
  void propertiesOfOthers_areWhatTheySpell() {
    Map<String, RawValue> read = read(FileFormat.PROPERTIES, """
        # a comment
        ui.theme = dark
        http.retries : 3
        zip=01234
        on=true
        list=[1,2]
        """);
    Map<String, String> json = new LinkedHashMap<>();
    read.forEach((key, value) -> json.put(key, Values.json(value)));
    assertThat(json)
        .containsExactlyInAnyOrderEntriesOf(Map.of(
            "ui.theme", "\"dark\"",
            "http.retries", "3",
            "zip", "\"01234\"",
            "on", "true",
            "list", "[1,2]"));
  }
}
