package dev.kvstore.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.ChangeReport;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVStore;
import dev.kvstore.sqlite.SqliteKVDatabase;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests exporting and importing a large store in a process with little memory. */
class SnapshotHeapTest {
  /** The promise is for 100,000 entries, with which a run takes a minute. */
  private static final int ENTRIES = Integer.getInteger("kvstore.snapshot.entries", 20_000);

  private static final Map<String, ExportOptions> EXPORTS = Map.of(
      "json", ExportOptions.JSON,
      "yaml", ExportOptions.YAML,
      "properties", ExportOptions.PROPERTIES,
      "exact", ExportOptions.EXACT);

  private static final Map<String, ImportOptions> IMPORTS = Map.of(
      "json", ImportOptions.JSON,
      "yaml", ImportOptions.YAML,
      "properties", ImportOptions.PROPERTIES,
      "exact", ImportOptions.EXACT);

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void manyEntries_needLittleMemory(@TempDir Path folder) throws Exception {
    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-Dkvstore.snapshot.entries=" + ENTRIES,
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            SnapshotHeapTest.class.getName(),
            folder.toString(),
            "exact")
        .redirectErrorStream(true)
        .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    ExportOptions export = Objects.requireNonNull(EXPORTS.get(arguments[1]));
    ImportOptions options = Objects.requireNonNull(IMPORTS.get(arguments[1]));
    long[] told = {0};
    try (KVDatabase database = SqliteKVDatabase.open(folder.resolve("heap.db"));
        KVStore from = database.store("from");
        KVStore to = database.store("to")) {
      fill(from);
      long start = System.nanoTime();
      Path file = folder.resolve("snapshot");
      try (OutputStream out = Files.newOutputStream(file)) {
        ExportResult result = KVSnapshot.export(from, out, export.onProgress(n -> told[0]++));
        check(result.entries() == ENTRIES, result);
      }
      check(told[0] == ENTRIES / 100, told[0] + " calls");
      tell("export, " + Files.size(file) + " bytes", start);
      start = System.nanoTime();
      try (InputStream in = Files.newInputStream(file)) {
        ChangeReport report =
            KVSnapshot.importInto(to, in, options.replace().onProgress(done -> told[0] = done));
        check(report.created() == ENTRIES, report);
      }
      check(told[0] == ENTRIES, told[0] + " told");
      tell("import", start);
    }
  }

  private static void fill(KVStore store) {
    Map<String, Object> some = new LinkedHashMap<>();
    for (int i = 0; i < ENTRIES; i++) {
      some.put(
          "settings.group%03d.entry%06d".formatted(i % 1000, i),
          Map.of("text", "x".repeat(80), "n", i));
      if (some.size() == 1000) {
        store.setMany(some);
        some.clear();
      }
    }
  }

  private static void tell(String what, long start) {
    System.out.println(what + ": " + (System.nanoTime() - start) / 1_000_000 + " ms, used "
        + (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) / 1_048_576
        + " MiB");
  }

  private static void check(boolean holds, Object otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
