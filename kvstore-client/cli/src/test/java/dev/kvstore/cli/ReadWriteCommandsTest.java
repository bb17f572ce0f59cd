package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVEntry;
import dev.kvstore.cli.terminal.ExitCodes;
import dev.kvstore.internal.config.DurationConverter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadWriteCommandsTest extends KvTest {
  private KVEntry<Object> entry(String key) {
    return kv.store("app").entry(key, Kv.ANY);
  }

  @Test
  void set_tellsVersionAndEtag() {
    assertThat(kv.print("set", "ui.theme", "\"dark\""))
        .isEqualTo("ui.theme: created, version 1, etag " + entry("ui.theme").etag() + "\n");
    assertThat(kv.print("set", "ui.theme", "\"blue\""))
        .isEqualTo("ui.theme: set, version 2, etag " + entry("ui.theme").etag() + "\n");
    assertThat(kv.print("get", "ui.theme")).isEqualTo("\"blue\"\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-5",
        "-0.0",
        "9007199254740993",
        "12.50",
        "0.1",
        "1E+400",
        "1.000000000000000000000000000000001",
        "123456789012345678901234567890",
        "true",
        "null",
        "\"\"",
        "[]",
        "{\"b\":1,\"a\":{\"$x\":[1.0,\"é\"]}}"
      })
  void valuesComeBackAsTheyWere(String json) {
    kv.print("set", "k", json);
    assertThat(kv.print("get", "k")).isEqualTo(json + "\n");
  }

  @Test
  void textAndNumberAreDifferent() {
    kv.print("set", "n", "3");
    kv.print("set", "t", "3", "--string");
    assertThat(kv.print("get", "n")).isEqualTo("3\n");
    assertThat(kv.print("get", "t")).isEqualTo("\"3\"\n");
    assertThat(kv.print("get", "t", "--raw")).isEqualTo("3\n");
    assertThat(entry("n").value()).isEqualTo(3);
  }

  @Test
  void get_laysDocumentsOutOnATerminal() {
    kv.print("set", "k", "{\"a\":1}");
    assertThat(kv.print("get", "k")).isEqualTo("{\"a\":1}\n");
    kv.onTerminal = true;
    assertThat(kv.print("get", "k")).isEqualTo("{\n  \"a\": 1\n}\n");
  }

  @Test
  void get_hidesNothingThatSteersATerminal() {
    kv.store("app").set("k", "\u009B31m\u202Etxt");
    assertThat(kv.print("get", "k")).isEqualTo("\"\\u009B31m\\u202Etxt\"\n");
  }

  @Test
  void get_printsTheEntry() {
    kv.print("set", "k", "{\"a\":[1]}", "--ttl", "1h");
    KVEntry<Object> entry = entry("k");
    String times = "createdAt: \"%s\"\nupdatedAt: \"%s\"\nupdatedBy: null\nexpiresAt: \"%s\"\n"
        .formatted(entry.createdAt(), entry.updatedAt(), entry.expiresAt().orElseThrow());
    assertThat(kv.print("get", "k", "--entry"))
        .isEqualTo("key: \"k\"\nvalue:\n  a:\n    - 1\nversion: 1\netag: \"" + entry.etag() + "\"\n"
            + times);
    assertThat(kv.print("get", "k", "-o", "yaml")).isEqualTo(kv.print("get", "k", "--entry"));
    assertThat(kv.print("get", "k", "-o", "json"))
        .startsWith("{\n  \"key\": \"k\",\n  \"value\": {\n    \"a\": [\n      1\n")
        .endsWith("\"expiresAt\": \"" + entry.expiresAt().orElseThrow() + "\"\n}\n");
    assertThat(kv.run("get", "k", "--entry", "--raw").code()).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void absentKey_endsWith1_andOneLine() {
    Kv.Result got = kv.run("get", "nope");
    assertThat(got)
        .isEqualTo(new Kv.Result(
            1, "", "kv: No entry under key 'nope'; 'kv list' shows those that there are\n"));
    assertThat(kv.run("delete", "nope")).isEqualTo(got);
    assertThat(kv.run("edit", "nope")).isEqualTo(got);
  }

  @Test
  void value_comesFromFileOrInput() throws IOException {
    Path file = Files.writeString(folder.resolve("v.json"), "{\"a\": 1.10}\n");
    kv.print("set", "json", "-f", file.toString());
    kv.print("set", "text", "-f", file.toString(), "-s");
    kv.input = "[1]";
    kv.print("set", "input", "-");

    assertThat(kv.print("get", "json")).isEqualTo("{\"a\":1.10}\n");
    assertThat(entry("text").value()).isEqualTo("{\"a\": 1.10}\n");
    assertThat(kv.print("get", "input")).isEqualTo("[1]\n");
  }

  @Test
  void value_thatIsNoJson_isRefused_withAHint() {
    assertThat(kv.run("set", "k", "dark"))
        .isEqualTo(new Kv.Result(
            2,
            "",
            "kv: VALUE: The text is not JSON (line 1, column 1); for text, add --string or put it in"
                + " quotes: '\"text\"'\n"));
    assertThat(kv.run("set", "k", "{\"a\":1,\"a\":2}").err()).contains("duplicate member 'a'");
    assertThat(kv.run("set", "k", "1e99999").err())
        .contains("no BSON type holds without loss")
        .hasLineCount(1);
    assertThat(kv.store("app").has("k")).isFalse();
  }

  @Test
  void value_isGivenOnce() {
    assertThat(kv.run("set", "k").err()).startsWith("kv: Missing the value");
    assertThat(kv.run("set", "k", "1", "-f", "x").err())
        .startsWith("kv: Give only one of VALUE, --file\n");
    assertThat(kv.run("set", "k", "-f", folder.resolve("none").toString()))
        .isEqualTo(new Kv.Result(
            2, "", "kv: " + folder.resolve("none") + " cannot be read: there is no such file\n"));
  }

  @Test
  void conditions_thatDoNotHold_endWith3_andWriteNothing() {
    kv.print("set", "k", "1");
    String etag = entry("k").etag();
    assertThat(kv.run("set", "k", "2", "--if-absent"))
        .isEqualTo(new Kv.Result(
            3,
            "",
            "kv: Key 'k' has etag " + etag
                + ", the write demanded no entry; nothing was written\n"));
    assertThat(kv.run("set", "k", "2", "--if-match", "other").code()).isEqualTo(3);
    assertThat(kv.run("delete", "k", "--if-match", "other").code()).isEqualTo(3);
    assertThat(kv.print("get", "k")).isEqualTo("1\n");
    kv.print("set", "k", "2", "--if-match", etag);
    kv.print("delete", "k", "--if-match", entry("k").etag());
    assertThat(kv.store("app").has("k")).isFalse();
    assertThat(kv.run("set", "k", "1", "--if-absent", "--if-match", "x").code()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", "\"%s\"", "W/\"%s\"", " \"%s\" "})
  void ifMatch_takesTheEtag_asAHeaderHasIt(String form) {
    kv.print("set", "k", "1");
    kv.print("set", "k", "2", "--if-match", form.formatted(entry("k").etag()));
    kv.print("delete", "k", "--if-match", form.formatted(entry("k").etag()));
    assertThat(kv.run("delete", "k", "--if-match", "\"\"").err())
        .startsWith("kv: Invalid value for option '--if-match': the etag is empty\n");
  }

  @Test
  void emptyFileName_isRefused() {
    assertThat(kv.run("set", "k", "--file", "").err())
        .startsWith("kv: option --file: the name of the file is empty\n");
    assertThat(kv.run("export", "--file", "").err())
        .startsWith("kv: option --file: the name of the file is empty\n");
  }

  @Test
  void ttl_isSetKeptAndCleared() {
    Instant before = Instant.now();
    kv.print("set", "k", "1", "--ttl", "1h30m");
    Instant expiry = entry("k").expiresAt().orElseThrow();
    assertThat(expiry).isBetween(before.plusSeconds(5399), Instant.now().plusSeconds(5401));
    kv.print("set", "k", "2", "--ttl", "keep");
    assertThat(entry("k").expiresAt()).hasValue(expiry);
    kv.print("set", "k", "3");
    assertThat(entry("k").expiresAt()).isEmpty();
    assertThat(kv.run("set", "k", "4", "--ttl", "-5s").code()).isEqualTo(2);
    assertThat(kv.run("set", "k", "4", "--ttl", "soon").err())
        .startsWith("kv: Invalid value for option '--ttl': 'soon' must be a duration such as 90s,");
  }

  @Test
  void durations_areShortOrIso() {
    DurationConverter converter = new DurationConverter();
    Map<String, Duration> durations = Map.of(
        "90s", Duration.ofSeconds(90),
        "0.5s", Duration.ofMillis(500),
        "1h30m", Duration.ofMinutes(90),
        "1d12h", Duration.ofHours(36),
        "PT1H", Duration.ofHours(1),
        "P1W", Duration.ofDays(7));
    durations.forEach((text, duration) -> assertThat(converter.convert(text)).isEqualTo(duration));
  }

  @Test
  void default_tellsWhatWasStoredOrKept() {
    assertThat(kv.print("default", "k", "\"light\""))
        .isEqualTo("k: stored, etag " + entry("k").etag() + "\n");
    assertThat(kv.print("default", "k", "\"dark\"")).isEqualTo("k: kept \"light\"\n");
    assertThat(entry("k").version()).isEqualTo(1);
  }

  @Test
  void incr_printsTheSum() {
    assertThat(kv.print("incr", "n")).isEqualTo("1\n");
    assertThat(kv.print("incr", "n", "--by", "-5")).isEqualTo("-4\n");
    kv.print("set", "t", "\"x\"");
    assertThat(kv.run("incr", "t"))
        .isEqualTo(new Kv.Result(
            3,
            "",
            "kv: Key 't' holds string, which cannot be read as a whole number; nothing was"
                + " changed\n"));
  }

  @Test
  void delete_tellsSo() {
    kv.print("set", "k", "1");
    assertThat(kv.print("delete", "k")).isEqualTo("k: deleted\n");
    assertThat(kv.store("app").has("k")).isFalse();
  }

  @Test
  void deletePrefix_deletesWhatADryRunShows() {
    for (String key : List.of("ui.a", "ui.b", "uix")) {
      kv.print("set", key, "1");
    }
    Kv.Result shown = kv.run("delete", "--prefix", "ui.", "--dry-run");
    assertThat(shown.out()).isEqualTo("ui.a\nui.b\n");
    assertThat(shown.err()).startsWith("Would delete 2 entries; --if-match ");
    String fingerprint = shown.err().split(" ", -1)[5];
    kv.print("set", "ui.a", "2");
    assertThat(kv.run("delete", "--prefix", "ui.", "--if-match", fingerprint).code())
        .isEqualTo(3);
    assertThat(kv.store("app").keys()).hasSize(3);
    assertThat(kv.print("delete", "--prefix", "ui.")).isEqualTo("Deleted 2 entries\n");
    assertThat(kv.store("app").keys()).containsExactly("uix");
    assertThat(kv.run("delete", "--prefix", "").err()).contains("The prefix is empty");
  }

  @Test
  void deletePrefix_isNamedByTheCommandAlone() {
    kv.print("set", "ui.a", "1");
    kv.environment.put("KVSTORE_PREFIX", "ui.");
    assertThat(kv.run("delete").err()).startsWith("kv: Give one of KEY, --prefix\n");
    assertThat(kv.run("delete", "ui.a", "--prefix", "ui.").code()).isEqualTo(2);
    assertThat(kv.run("delete", "ui.a", "--dry-run").code()).isEqualTo(2);
    assertThat(kv.store("app").keys()).containsExactly("ui.a");
  }

  @Test
  void typesOfOtherWriters_areNotLost_byReading() {
    kv.store("app").set("date", Instant.parse("2026-01-01T00:00:00Z"));
    kv.store("app").set("bytes", new byte[] {1, 2});
    assertThat(kv.print("get", "date")).isEqualTo("\"2026-01-01T00:00:00Z\"\n");
    assertThat(kv.print("get", "bytes")).isEqualTo("\"AQI=\"\n");
  }
}
