package dev.kvstore.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DocumentTest {
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
      "C:\\x");

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
      "{\"\":1,\"$a\":{\"x.y\":[null,-0.0,1E+6000]}}");

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

  private static String written(Format format, Map<String, RawValue> values) throws IOException {
    StringWriter text = new StringWriter();
    try (DocumentWriter document = DocumentWriter.to(text, format)) {
      for (Map.Entry<String, RawValue> value : values.entrySet()) {
        document.write(value.getKey(), value.getValue());
      }
    }
    return text.toString();
  }

  private static Map<String, RawValue> read(Format format, String text) {
    return Document.read(format, text.getBytes(UTF_8), "file");
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void whatIsWritten_isReadBackExactly(Format format) throws IOException {
    Map<String, RawValue> values = values();
    String text = written(format, values);
    Map<String, RawValue> read = read(format, text);
    assertThat(read.keySet()).containsExactlyInAnyOrderElementsOf(values.keySet());
    values.forEach((key, value) -> assertThat(read.get(key)).as(key).isEqualTo(value));
    assertThat(written(format, values)).isEqualTo(text);
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void nothing_isWrittenAndReadBack(Format format) throws IOException {
    assertThat(read(format, written(format, Map.of()))).isEmpty();
  }

  @Test
  void deepAndLarge_isKept() throws IOException {
    Map<String, RawValue> values = Map.of(
        "deep",
        Values.ofJson(("[".repeat(100) + "]".repeat(100)).getBytes(UTF_8)),
        "large",
        Values.ofText("x: \"y\"\n".repeat(500_000)));
    for (Format format : Format.values()) {
      assertThat(read(format, written(format, values))).isEqualTo(values);
    }
  }

  @Test
  void numbersOfYaml_areThoseOfJson() {
    Map<String, RawValue> read = read(Format.YAML, """
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
            "100000.0",
            "123456789012345678901234567890",
            "\"true\"",
            "true",
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
      value = {
        "017 | number that JSON would write differently",
        "0x1F | number that JSON would write differently",
        "1_000 | number that JSON would write differently",
        ".5 | number that JSON would write differently",
        "+1 | number that JSON would write differently",
        "5. | number that JSON would write differently",
        ".inf | number that JSON would write differently",
        "[.nan] | number that JSON would write differently",
        "1e99999 | no BSON type holds without loss",
        "!!binary AQI= | it has a tag",
        "&x [*x] | it has an alias",
        "{x: 1, x: 2} | it has a member twice",
        "{[a]: 1} | a key must be plain text"
      })
  void yamlThatMeansSomethingElse_isRefused_withTheLine(String value, String problem) {
    assertThatThrownBy(() -> read(Format.YAML, "ok: 1\nkey: " + value + "\n"))
        .isInstanceOf(CliException.class)
        .hasMessageStartingWith("file: ")
        .hasMessageContaining("line 2")
        .hasMessageContaining(problem);
  }

  @Test
  void deepYaml_isRefused() {
    assertThatThrownBy(() -> read(Format.YAML, "a: " + "[".repeat(5000) + "]".repeat(5000)))
        .isInstanceOf(CliException.class);
    assertThatThrownBy(
            () -> read(Format.JSON, "{\"a\": " + "[".repeat(5000) + "]".repeat(5000) + "}"))
        .isInstanceOf(CliException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "JSON | [1] | it must hold one JSON object",
        "JSON | {} {} | something follows",
        "JSON | {'a': 1} | not JSON",
        "JSON | {\"a\": 1, \"a\": 2} | duplicate member 'a'",
        "JSON | {\"a\": 1e99999} | line 1, key 'a'",
        "JSON | {\"a//b\": 1} | empty segment",
        "YAML | - a | it must hold one mapping",
        "YAML | a: [ | it is not YAML (line 1)",
        "YAML | a//b: 1 | empty segment",
        "PROPERTIES | a=\\\\u00 | four hexadecimal digits",
        "PROPERTIES | a=1e99999 | key 'a': ",
      })
  void whatIsNoDocument_isRefused(Format format, String text, String problem) {
    assertThatThrownBy(() -> read(format, text.replace("\\\\", "\\")))
        .isInstanceOf(CliException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void sameKeyTwice_isRefused_everywhere() {
    assertThatThrownBy(() -> read(Format.YAML, "a: 1\nb: 2\na: 3"))
        .hasMessage("file: line 3, key 'a': the key was there before");
    assertThatThrownBy(() -> read(Format.PROPERTIES, "a=1\na=2"))
        .hasMessage("file: the key 'a' is there twice");
    assertThatThrownBy(() -> read(Format.YAML, "a: 1\n---\nb: 2"))
        .hasMessage("file: it must hold a single YAML document");
    assertThatThrownBy(() -> Document.read(Format.YAML, new byte[] {'a', (byte) 0xFF}, "file"))
        .hasMessage("file is not UTF-8");
  }

  @Test
  void propertiesOfOthers_areWhatTheySpell() {
    Map<String, RawValue> read = read(Format.PROPERTIES, """
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
