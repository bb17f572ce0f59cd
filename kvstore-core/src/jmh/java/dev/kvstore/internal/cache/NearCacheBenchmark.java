package dev.kvstore.internal.cache;

import dev.kvstore.KVItem;
import dev.kvstore.KVStore;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.typed.TypedKVStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
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
 * Measures the cost of a hit compared with a lookup in the same map. Run all benchmarks, with
 * allocations and two threads, with
 *
 * <pre>{@code
 * ./mvnw -Pbenchmarks -pl kvstore-core test -DskipTests -Dbenchmarks="NearCache -prof gc -t 2"
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class NearCacheBenchmark {
  /**
   * A power of two. With many keys the processor's caches dominate, because each hit touches more
   * memory.
   */
  @Param({"16", "1024"})
  public int keyCount;

  /**
   * True for a cache that is more than half full: below that Caffeine does not record which entries
   * are used, which saves about half the cost of a hit.
   */
  @Param({"false", "true"})
  public boolean full;

  private String[] keys = {};
  private KVItem<?>[] items = {};
  private @Nullable Slots slots;
  private @Nullable NearCache cache;
  private @Nullable FakeStore entries;
  private @Nullable KVStore typed;

  /** Iterates over the keys. */
  @State(Scope.Thread)
  public static class Cursor {
    private int at;

    int next(int keyCount) {
      at = (at + 1) & (keyCount - 1);
      return at;
    }
  }

  @Setup
  public void open() {
    FakeDatabase database = new FakeDatabase();
    entries = new FakeStore(database);
    NearCacheSettings settings = NearCacheSettings.builder()
        .stalenessBound(Duration.ofDays(1))
        .partitionBound(Duration.ofDays(1))
        .maximumBytes(full ? keyCount * 800L : 64 * 1024 * 1024)
        .build();
    CacheClock clock = new CacheClock("benchmark", InstantSource.system());
    slots = new Slots(settings.maximumBytes());
    CoherenceLease freshness = new CoherenceLease(settings, clock);
    Counters counters = new Counters();
    cache = new NearCache(
        entries,
        settings,
        slots,
        freshness,
        clock,
        counters,
        new CacheReader(entries, settings, slots, freshness, clock, counters));
    cache.start(new InvalidationSink(slots, freshness, counters));
    Objects.requireNonNull(entries.sink).positioned(database.position());
    typed = TypedKVStore.over(cache, BsonCodec.create());
    keys = new String[keyCount];
    items = new KVItem<?>[keyCount];
    for (int i = 0; i < keyCount; i++) {
      keys[i] = "http.client.setting." + i;
      database.set(keys[i], i);
      items[i] = typed.item(keys[i], Integer.class);
      items[i].get(); // loads the entry
      items[i].get(); // finds the decoded value and remembers it
    }
  }

  @TearDown
  public void close() {
    Objects.requireNonNull(cache).close();
  }

  @Benchmark
  public @Nullable Object caffeine(Cursor cursor) {
    return slots.get(keys[cursor.next(keyCount)]);
  }

  @Benchmark
  public @Nullable Object item(Cursor cursor) {
    return items[cursor.next(keyCount)].get();
  }

  @Benchmark
  public @Nullable Object store(Cursor cursor) {
    return typed.get(keys[cursor.next(keyCount)], Integer.class);
  }

  @Benchmark
  public @Nullable Object entryStore(Cursor cursor) {
    return cache.peek(keys[cursor.next(keyCount)], ReadOptions.DEFAULT);
  }

  /** The minimum cost of a read without a cache: there is no database, only a map behind a lock. */
  @Benchmark
  public Object uncached(Cursor cursor) {
    return entries.find(keys[cursor.next(keyCount)], ReadOptions.DEFAULT);
  }
}
