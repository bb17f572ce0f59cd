package dev.kvstore.client;

import dev.kvstore.KVItem;
import dev.kvstore.KVStore;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.http.server.KVServer;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.spi.EntryDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the cost of a hit in the near-cache of a client, compared with that of an embedded
 * store; each with its own feed and default settings.
 *
 * <pre>{@code
 * ./mvnw -Pclient-benchmarks -pl kvstore-http -am test -DskipTests -Dbenchmarks="ClientCache -prof gc"
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ClientCacheBenchmark {
  private static final int KEYS = 16;

  private final List<AutoCloseable> open = new ArrayList<>();
  private KVItem<?>[] client = {};
  private KVItem<?>[] core = {};

  /** Iterates over the keys. */
  @State(Scope.Thread)
  public static class Cursor {
    private int at;

    int next() {
      at = (at + 1) & (KEYS - 1);
      return at;
    }
  }

  @Setup
  public void open() throws IOException {
    Path folder = Files.createTempDirectory("kvstore-benchmark");
    open.add(() -> delete(folder));
    EntryDatabase database = StoreStack.over(
        "benchmark",
        SqliteEntryDatabase.open(folder.resolve("benchmark.db")),
        Layers.cached(NearCacheSettings.DEFAULT, InstantSource.system()));
    open.add(database);
    KVServer service = KVServer.start(ServerSettings.DEFAULT, database);
    open.add(service);
    KVStore embedded = TypedKVStore.over(database.store("app"), BsonCodec.create());
    KVStore remote = HttpKVStore.open(URI.create("http://127.0.0.1:" + service.port()), "app");
    open.add(embedded);
    open.add(remote);
    core = items(embedded);
    client = items(remote);
  }

  private static KVItem<?>[] items(KVStore store) {
    KVItem<?>[] items = new KVItem<?>[KEYS];
    for (int i = 0; i < KEYS; i++) {
      KVItem<Integer> item = store.item("http.client.setting." + i, Integer.class);
      item.set(i);
      items[i] = item;
    }
    while (store.cache().isEmpty() || !store.cache().get().health().coherent()) {
      items[0].get();
    }
    for (KVItem<?> item : items) {
      item.get(); // loads the entry
      item.get(); // decodes the value
    }
    return items;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @TearDown
  public void close() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  @Benchmark
  public @Nullable Object core(Cursor cursor) {
    return core[cursor.next()].get();
  }

  @Benchmark
  public @Nullable Object client(Cursor cursor) {
    return client[cursor.next()].get();
  }
}
