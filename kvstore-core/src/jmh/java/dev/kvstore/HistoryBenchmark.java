package dev.kvstore;

import dev.kvstore.sqlite.SqliteKVDatabase;
import dev.kvstore.sqlite.SqliteSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of a history in a file: of a set, compared with a store without one, and of a page as of
 * an earlier instant, compared with a page of the present. Building the second takes a minute or
 * two.
 *
 * <pre>{@code
 * ./mvnw -Pbenchmarks -pl kvstore-core test -DskipTests -Dbenchmarks="HistoryBenchmark"
 * }</pre>
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class HistoryBenchmark {
  /** A store in a file of its own. */
  @State(Scope.Benchmark)
  public static class Writing {
    @Param({"false", "true"})
    public boolean history;

    private @Nullable Path folder;
    private @Nullable KVDatabase database;
    private @Nullable KVStore store;
    private int next;

    @Setup
    public void open() throws IOException {
      folder = Files.createTempDirectory("history-benchmark");
      HistorySettings settings = history ? HistorySettings.DEFAULT : HistorySettings.OFF;
      database = SqliteKVDatabase.open(
          folder.resolve("settings.db"), SqliteSettings.DEFAULT.withHistory(settings));
      store = database.store("benchmark");
    }

    @TearDown
    public void close() throws IOException {
      Objects.requireNonNull(database).close();
      delete(Objects.requireNonNull(folder));
    }

    KVMetadata set() {
      next++;
      return Objects.requireNonNull(store)
          .set("feature." + next % 1000, Map.of("enabled", true, "percent", next));
    }
  }

  @Benchmark
  public KVMetadata set(Writing writing) {
    return writing.set();
  }

  /** A store of 100,000 entries that have 10 revisions each. */
  @State(Scope.Benchmark)
  public static class Listing {
    private static final int KEYS = 100_000;
    private static final int REVISIONS = 10;
    private static final int BATCH = 1000;

    private @Nullable Path folder;
    private @Nullable KVDatabase database;
    private @Nullable KVStore store;
    private Instant then = Instant.EPOCH;

    @Setup
    public void fill() throws IOException {
      folder = Files.createTempDirectory("history-benchmark");
      database = SqliteKVDatabase.open(
          folder.resolve("settings.db"),
          SqliteSettings.DEFAULT.withHistory(HistorySettings.DEFAULT));
      store = database.store("benchmark");
      for (int revision = 1; revision <= REVISIONS; revision++) {
        for (int first = 0; first < KEYS; first += BATCH) {
          Map<String, Object> values = new HashMap<>();
          for (int i = first; i < first + BATCH; i++) {
            values.put("key%06d".formatted(i), "value " + revision + " of key " + i);
          }
          store.setMany(values);
        }
        if (revision == REVISIONS / 2) {
          then = Instant.now();
        }
      }
    }

    @TearDown
    public void close() throws IOException {
      Objects.requireNonNull(database).close();
      delete(Objects.requireNonNull(folder));
    }

    List<KVEntry<String>> page(ReadOptions options) {
      return Objects.requireNonNull(store)
          .entries(KVQuery.ALL, KVType.of(String.class), options)
          .items();
    }
  }

  @Benchmark
  public List<KVEntry<String>> page(Listing listing) {
    return listing.page(ReadOptions.DEFAULT);
  }

  @Benchmark
  public List<KVEntry<String>> pageAsOfAnInstant(Listing listing) {
    return listing.page(ReadOptions.DEFAULT.at(listing.then));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
