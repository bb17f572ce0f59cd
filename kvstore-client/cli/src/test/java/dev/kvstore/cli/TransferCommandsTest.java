package dev.kvstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVMetadata;
import dev.kvstore.internal.transfer.FileFormat;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransferCommandsTest extends KvTest {
  @BeforeEach
  void fill() {
    kv.print("set", "http.rate", "12.50");
    kv.print("set", "http.limits", "{\"max\":3,\"min\":1}");
    kv.print("set", "ui.theme", "\"dark\"");
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private KVMetadata metadata(String key) {
    return kv.store("app").entry(key, Kv.ANY).metadata();
  }

  @Test
  void export_printsJson_yamlAndProperties() {
    assertThat(kv.print("export")).isEqualTo("""
            {
              "http.limits": {
                "max": 3,
                "min": 1
              },
              "http.rate": 12.50,
              "ui.theme": "dark"
            }
            """);
    assertThat(kv.print("export", "http.", "--format", "yaml")).isEqualTo("""
            http.limits:
              max: 3
              min: 1
            http.rate: 12.50
            """);
    assertThat(kv.print("export", "--format", "properties")).isEqualTo("""
            http.limits={"max"\\:3,"min"\\:1}
            http.rate=12.50
            ui.theme=dark
            """);
  }

  @ParameterizedTest
  @EnumSource(FileFormat.class)
  void exportedFile_isForItsOwner_andComesBackExactly(FileFormat format) throws IOException {
    Path file = folder.resolve("all." + format);
    assertThat(kv.run("export", "-f", file.toString()))
        .isEqualTo(new Kv.Result(0, "", "Exported 3 entries to " + file + "\n"));
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    try (var files = Files.list(folder)) {
      assertThat(files).noneMatch(path -> path.toString().endsWith(".part"));
    }
    assertThat(kv.print("import", file.toString(), "--store", "copy"))
        .isEqualTo("Imported 3 entries: 3 created, 0 changed, 0 the same\n");
    assertThat(kv.run("diff", "app", "copy")).isEqualTo(new Kv.Result(0, "", ""));
    assertThat(kv.run("diff", file.toString())).isEqualTo(new Kv.Result(0, "", ""));
  }

  @Test
  void export_overAFile_keepsItsPermissions_andToADeviceJustWrites() throws IOException {
    Path file = Path.of(file("old.json", "old"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Path link = Files.createSymbolicLink(folder.resolve("link.json"), file);
    kv.print("export", "ui.", "-f", link.toString());
    assertThat(file).hasContent("{\n  \"ui.theme\": \"dark\"\n}\n");
    assertThat(link).isSymbolicLink();
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
    kv.print("export", "-f", "/dev/null", "--format", "json");
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
  }

  @Test
  void export_thatFails_leavesTheOldFile() throws IOException {
    String file = file("old.json", "old");
    kv.environment.put("KVSTORE_STORE", "1x");
    assertThat(kv.run("export", "-f", file).code()).isEqualTo(2);
    assertThat(Path.of(file)).hasContent("old");
    kv.environment.put("KVSTORE_STORE", "app");
    Path missing = folder.resolve("none/x.json");
    assertThat(kv.run("export", "-f", missing.toString()).err())
        .isEqualTo("kv: " + missing + " cannot be written: there is no such file\n");
    assertThat(kv.run("export", "-f", folder.resolve("x.txt").toString()).err())
        .startsWith("kv: What format has ");
  }

  @Test
  void import_writesWhatDiffers_alone() throws IOException {
    kv.store("app").set("date", Date.from(Instant.parse("2026-01-01T00:00:00Z")));
    String file = file("f.json", """
        {"date": "2026-01-01T00:00:00Z", "http.rate": 12.5, "new": 1, "ui.theme": "dark"}
        """);
    assertThat(kv.print("import", file))
        .isEqualTo("Imported 4 entries: 1 created, 1 changed, 2 the same\n");
    assertThat(metadata("ui.theme").version()).isEqualTo(1);
    assertThat(kv.store("app").get("date", Kv.ANY)).isInstanceOf(Date.class);
    assertThat(kv.print("get", "http.rate")).isEqualTo("12.5\n");
    assertThat(kv.print("import", file))
        .isEqualTo("Imported 4 entries: 0 created, 0 changed, 4 the same\n");
    assertThat(kv.store("app").has("http.limits")).isTrue();
  }

  @Test
  void import_dryRun_showsAndWritesNothing() throws IOException {
    String file = file("f.yaml", "http.limits: {max: 5, min: 1}\nnew: [1]\nui.theme: dark\n");
    assertThat(kv.print("import", file, "--dry-run")).isEqualTo("""
             http.limits: {
            -  "max": 3,
            +  "max": 5,
               "min": 1
             }
            +new: [
            +  1
            +]
            Would import 3 entries: 1 created, 1 changed, 1 the same
            """);
    assertThat(kv.store("app").has("new")).isFalse();
    assertThat(kv.print("import", file, "--dry-run", "--mode", "defaults")).isEqualTo("""
            +new: [
            +  1
            +]
            Would import 3 entries: 1 created, 0 changed, 2 kept
            """);
  }

  @Test
  void import_ofDefaults_keepsWhatIsThere() throws IOException {
    String file = file("f.properties", "ui.theme=light\nnew=3\n");
    assertThat(kv.print("import", file, "--mode", "defaults"))
        .isEqualTo("Imported 2 entries: 1 created, 0 changed, 1 kept\n");
    assertThat(kv.print("get", "ui.theme")).isEqualTo("\"dark\"\n");
    assertThat(kv.print("get", "new")).isEqualTo("3\n");
  }

  @Test
  void import_ofAPrefix_andFromTheInput() throws IOException {
    kv.input = "{\"a.b\": 1, \"c.d\": 2}";
    assertThat(kv.print("import", "-", "--prefix", "a."))
        .isEqualTo("Imported 1 entry: 1 created, 0 changed, 0 the same\n");
    assertThat(kv.store("app").has("c.d")).isFalse();
    kv.input = "c.d: 2";
    kv.print("import", "-", "--format", "yaml");
    assertThat(kv.print("get", "c.d")).isEqualTo("2\n");
  }

  @Test
  void import_ofABrokenFile_writesNothing() throws IOException {
    String file = file("f.json", "{\"a\": 1, \"b\": ");
    assertThat(kv.run("import", file))
        .isEqualTo(new Kv.Result(2, "", "kv: " + file + ":1:15: the JSON text ends too early\n"));
    assertThat(kv.store("app").has("a")).isFalse();
  }

  @Test
  void progress_isShown_onATerminalAlone() throws IOException {
    Map<String, Integer> many = new HashMap<>();
    for (int i = 0; i < 450; i++) {
      many.put("many." + i, i);
    }
    kv.store("app").setMany(many);
    String file = folder.resolve("many.json").toString();
    assertThat(kv.run("export", "many.", "-f", file).err())
        .isEqualTo("Exported 450 entries to " + file + "\n");
    kv.onTerminal = true;
    assertThat(kv.run("export", "many.", "-f", file).err())
        .startsWith("\r\u001B[KExported 100\r\u001B[KExported 200")
        .endsWith("\r\u001B[KExported 450 entries to " + file + "\n");
    Kv.Result imported = kv.run("import", file, "--store", "copy");
    assertThat(imported.err())
        .isEqualTo("\r\u001B[KImported 200 of 450\r\u001B[KImported 400 of 450"
            + "\r\u001B[KImported 450 of 450\r\u001B[K");
    assertThat(imported.out())
        .isEqualTo("Imported 450 entries: 450 created, 0 changed, 0 the same\n");
  }

  @Test
  void diff_ofStoresAndFiles_endsWith1() throws IOException {
    String file = file("f.json", "{\"http.rate\": 12.5, \"new\": \"x\", \"ui.theme\": \"dark\"}");
    String expected = """
        -http.limits: {
        -  "max": 3,
        -  "min": 1
        -}
        -http.rate: 12.50
        +http.rate: 12.5
        +new: "x"
        """;
    assertThat(kv.run("diff", "app", file)).isEqualTo(new Kv.Result(1, expected, ""));
    kv.print("import", file, "--store", "other");
    assertThat(kv.run("diff", "app", "other")).isEqualTo(new Kv.Result(1, expected, ""));
    assertThat(kv.run("diff", "app", file, "--prefix", "ui.").code()).isZero();
    kv.input = "{}";
    assertThat(kv.run("diff", "-", "other", "--prefix", "new"))
        .isEqualTo(new Kv.Result(1, "+new: \"x\"\n", ""));
  }

  @Test
  void diff_ofStores_tellsTypes_andOtherPrefixes() throws IOException {
    kv.store("typed").set("ui.theme", "dark");
    kv.store("typed").set("http.rate", new BigDecimal("12.50"));
    kv.store("typed").set("n", 1);
    kv.store("typed").set("web.n", 1L);
    assertThat(kv.run("diff", "app", "typed", "--prefix", "ui.").code()).isZero();
    assertThat(kv.run("diff", "typed", "typed", "--prefix", "n", "--to-prefix", "web.n"))
        .isEqualTo(new Kv.Result(1, "-n: 1  (int32)\n+n: 1  (int64)\n", ""));
    String file = file("f.json", "{\"web.n\": 2}");
    assertThat(kv.run("diff", "typed", file, "--prefix", "n", "--to-prefix", "web.n")
            .out())
        .isEqualTo("-n: 1\n+n: 2\n");
  }

  @Test
  void copy_toAnotherStore_afterADryRun() {
    Kv.Result dry = kv.run("copy", "--prefix", "http.", "--to-store", "copy", "--dry-run");
    assertThat(dry.out())
        .isEqualTo(
            "created  http.limits  -> {\"max\":3,\"min\":1}\ncreated  http.rate  -> 12.50\n");
    assertThat(dry.err())
        .startsWith("Would copy: 2 created, 0 changed, 0 deleted, 0 the same; --if-match ");
    assertThat(kv.store("copy").keys()).isEmpty();
    String fingerprint = dry.err().replaceAll("(?s).*--if-match (\\S+).*", "$1");
    kv.print(
        "copy", "--prefix", "http.", "--to-store", "copy", "--if-match", fingerprint, "-m", "why");
    assertThat(kv.run("diff", "app", "copy", "--prefix", "http.").code()).isZero();
    assertThat(kv.print("log", "--store", "copy", "-n", "1"))
        .contains("copy v1")
        .contains("why");
    assertThat(kv.run("copy", "--prefix", "http.", "--to-store", "copy").err())
        .isEqualTo("Copied: 0 created, 0 changed, 0 deleted, 2 the same\n");
  }

  @Test
  void copy_ofKeys_andMoves() {
    kv.store("copy").set("ui.theme", "light");
    Kv.Result kept =
        kv.run("copy", "ui.theme", "none", "--to-store", "copy", "--mode", "defaults", "--move");
    assertThat(kept.code()).isZero();
    assertThat(kept.err()).isEqualTo("""
            Keys without an entry: 1
            Moved: 0 created, 0 changed, 0 deleted, 1 the same
            """);
    assertThat(kv.print("copy", "--prefix", "ui.", "--to-prefix", "web.", "--move"))
        .isEqualTo("created  web.theme  -> \"dark\"\ndeleted  ui.theme  \"dark\"\n");
    assertThat(kv.run("copy", "none", "--to-store", "copy").code()).isEqualTo(1);
    assertThat(kv.run("copy", "k").err()).contains("Give --to-store, --to-prefix or both");
    assertThat(kv.run("copy", "--to-store", "copy").err()).contains("Give one of KEY, --prefix");
    assertThat(kv.run("copy", "k", "--to-store", "a/b").err()).contains("--to-store");
    kv.environment.put("KVSTORE_PREFIX", "ui.");
    assertThat(kv.run("copy", "--to-store", "copy").code()).isEqualTo(2);
  }

  @Test
  void diff_tellsOfAStoreThatDoesNotExist() {
    Kv.Result one = kv.run("diff", "nope", "app", "--prefix", "ui.");
    assertThat(one)
        .isEqualTo(new Kv.Result(
            1,
            "+ui.theme: \"dark\"\n",
            "There is no store 'nope' with any entries; 'kv stores' lists the stores\n"));
    assertThat(kv.run("diff", "app", "nope").err()).startsWith("There is no store 'nope'");
    assertThat(kv.run("diff", "nope", "none"))
        .isEqualTo(new Kv.Result(
            2,
            "",
            "kv: There is neither a store 'nope' nor a store 'none' with any entries; 'kv stores'"
                + " lists the stores\n"));
    kv.print("set", "k", "1", "--store", "other");
    assertThat(kv.run("diff", "other", "app", "--prefix", "x").err()).isEmpty();
  }

  @Test
  void prefix_isAnOption_ofEachCommandThatTakesOne() throws IOException {
    assertThat(kv.print("list", "--prefix", "ui.", "--keys")).isEqualTo("ui.theme\n");
    assertThat(kv.print("list", "ui.", "--keys")).isEqualTo("ui.theme\n");
    assertThat(kv.print("export", "--prefix", "ui.")).isEqualTo(kv.print("export", "ui."));
    assertThat(kv.run("export", "ui.", "--prefix", "http.").err())
        .startsWith("kv: Give only one of PREFIX, --prefix\n");
    kv.environment.put("KVSTORE_PREFIX", "http.");
    assertThat(kv.print("list", "--keys")).isEqualTo("http.limits\nhttp.rate\n");
    assertThat(kv.print("list", "ui.", "--keys")).isEqualTo("ui.theme\n");
    assertThat(kv.print("import", file("f.json", "{\"x\": 1}"))).startsWith("Imported 0 entries");
  }

  @Test
  void diff_ofALongDocument_namesTheKey() {
    StringBuilder items = new StringBuilder("0");
    for (int i = 1; i < 30; i++) {
      items.append(",").append(i);
    }
    kv.print("set", "k", "[" + items + "]", "--store", "a");
    kv.print(
        "set",
        "k",
        "[" + items.toString().replace("20", "-1").replace("5,6,", "6,") + "]",
        "--store",
        "b");
    assertThat(kv.run("diff", "a", "b").out()).isEqualTo("""
             k: [
             …
               2,
               3,
               4,
            -  5,
               6,
               7,
               8,
             …
               17,
               18,
               19,
            -  20,
            +  -1,
               21,
               22,
               23,
            """);
  }

  @Test
  void diff_isColoured_whereThereAreColours() throws IOException {
    kv.colored = true;
    kv.input = "{\"ui.theme\": \"@|red x|@\"}";
    assertThat(kv.run("diff", "app", "-", "--prefix", "ui.").out()).isEqualTo("""
            \u001B[31m-ui.theme: "dark"\u001B[0m
            \u001B[32m+ui.theme: "@|red x|@"\u001B[0m
            """);
  }

  @Test
  void restore_makesTheSameStore_withItsHistory() {
    kv.print("set", "ui.theme", "\"light\"", "-m", "at noon");
    kv.print("delete", "http.rate");
    kv.environment.put("KVSTORE_HISTORY", "on"); // the service's
    String file = folder.resolve("house.jsonl").toString();
    assertThat(kv.run("export", "--history", "-f", file))
        .isEqualTo(new Kv.Result(0, "", "Exported 5 revisions to " + file + "\n"));
    String restore = "import " + file + " --mode restore --store moved";
    assertThat(kv.print((restore + " --dry-run").split(" ")))
        .isEqualTo("Would restore 5 revisions\n");
    assertThat(kv.print(restore.split(" "))).isEqualTo("Restored 5 revisions\n");
    assertThat(kv.print(restore.split(" "))).isEqualTo("Restored 0 revisions, 5 were there\n");
    assertThat(kv.print("export", "--format", "exact", "--history", "--store", "moved"))
        .isEqualTo(kv.print("export", "--format", "exact", "--history"));

    kv.print("set", "ui.theme", "\"blue\"", "--store", "moved");
    Kv.Result refused = kv.run(restore.split(" "));
    assertThat(refused.code()).isEqualTo(3);
    assertThat(refused.err()).contains("'moved' is in use", "'ui.theme'");
    assertThat(kv.run("import", file).err()).contains("which the mode restore reads");
    assertThat(kv.run("export", "--history").err()).contains("Only the exact format");
  }
}
