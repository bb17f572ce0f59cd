package dev.kvstore.cache;

import dev.kvstore.KVType;
import dev.kvstore.ReadOptions;
import dev.kvstore.spi.Decoded;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.HeldEntry;
import java.time.Duration;
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
 * What a hit costs, beside a look-up in the same map. Run all, see what is allocated, and how it
 * scales, with
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
  /** A power of two. With many the processor's caches decide, as each hit touches more memory. */
  @Param({"16", "1024"})
  public int keyCount;

  /**
   * Whether the cache is more than half full: below that Caffeine does not note which entries are
   * used, which saves it about half of a hit.
   */
  @Param({"false", "true"})
  public boolean full;

  private String[] keys = {};
  private Item<?>[] items = {};
  private @Nullable Slots slots;
  private @Nullable NearCache cache;
  private @Nullable FakeStore store;
  private @Nullable TypedStore typed;

  /** Walks through the keys. */
  @State(Scope.Thread)
  public static class Cursor {
    private int at;

    int next(int keyCount) {
      at = (at + 1) & (keyCount - 1);
      return at;
    }
  }

  /** What a typed store has to do on a hit. */
  private record TypedStore(EntryStore entries) {
    @SuppressWarnings("unchecked") // the decoded value is of that type
    <T> @Nullable T get(String key, Class<T> type) {
      HeldEntry held = entries.held(key);
      Decoded decoded = held == null ? null : held.decoded();
      if (decoded != null && decoded.isOf(type)) {
        return (T) decoded.value();
      }
      throw new IllegalStateException("not a hit");
    }
  }

  /** What a typed item has to do on a hit. */
  private record Item<T>(EntryStore entries, String key, KVType<T> type) {
    @SuppressWarnings("unchecked") // the decoded value is of that type
    @Nullable
    T get() {
      HeldEntry held = entries.held(key);
      Decoded decoded = held == null ? null : held.decoded();
      if (decoded != null && decoded.isOf(type)) {
        return (T) decoded.value();
      }
      throw new IllegalStateException("not a hit");
    }
  }

  @Setup
  public void open() {
    FakeDatabase database = new FakeDatabase();
    store = new FakeStore(database);
    NearCacheSettings settings = NearCacheSettings.builder()
        .stalenessBound(Duration.ofDays(1))
        .partitionBound(Duration.ofDays(1))
        .maximumBytes(full ? keyCount * 800L : 64 * 1024 * 1024)
        .build();
    CacheClock clock = new CacheClock();
    slots = new Slots(settings.maximumBytes());
    Freshness freshness = new Freshness(settings, clock);
    Counters counters = new Counters();
    cache = new NearCache(
        store,
        settings,
        slots,
        freshness,
        clock,
        counters,
        new Reader(store, settings, slots, freshness, clock, counters));
    cache.start(new Feed(slots, freshness, counters));
    Objects.requireNonNull(store.sink).positioned(database.position());
    typed = new TypedStore(cache);
    keys = new String[keyCount];
    items = new Item<?>[keyCount];
    for (int i = 0; i < keyCount; i++) {
      keys[i] = "http.client.setting." + i;
      database.set(keys[i], i);
      cache.read(keys[i], ReadOptions.DEFAULT);
      // As an item does which is the first to read its key.
      KVType<Integer> type = KVType.of(Integer.class);
      Objects.requireNonNull(cache.held(keys[i])).keep(new Decoded(type, i));
      items[i] = new Item<>(cache, keys[i], type);
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
  public @Nullable Object typedStore(Cursor cursor) {
    return typed.get(keys[cursor.next(keyCount)], Integer.class);
  }

  @Benchmark
  public Object entryStore(Cursor cursor) {
    return cache.read(keys[cursor.next(keyCount)], ReadOptions.DEFAULT);
  }

  /**
   * The least that a read without a cache costs: there is no database, only a map behind a lock.
   */
  @Benchmark
  public Object uncached(Cursor cursor) {
    return store.read(keys[cursor.next(keyCount)], ReadOptions.DEFAULT);
  }
}
