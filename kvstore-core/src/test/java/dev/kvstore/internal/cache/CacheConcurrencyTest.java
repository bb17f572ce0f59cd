package dev.kvstore.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.sun.management.ThreadMXBean;
import dev.kvstore.CacheHealth;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import dev.kvstore.UnavailableException;
import dev.kvstore.spi.RawValue;
import dev.kvstore.testing.RawStore;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests that need real threads, real time and real memory. */
class CacheConcurrencyTest {
  private static final int READERS = 100;

  private final FakeDatabase database = new FakeDatabase();
  private final FakeStore store = new FakeStore(database);

  private NearCache open(NearCacheSettings settings) {
    NearCache cache = NearCache.over(store, settings, InstantSource.system());
    Objects.requireNonNull(store.sink).positioned(database.position());
    return cache;
  }

  @Test
  void read_byHundredAtOnce_asksTheDatabaseOnce() throws Exception {
    database.set("k", 7);
    CountDownLatch go = new CountDownLatch(1);
    store.hook = step -> awaitQuietly(go);
    ExecutorService threads = Executors.newCachedThreadPool();
    try (NearCache cache = open(NearCacheSettings.DEFAULT)) {
      List<Future<Integer>> results = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        results.add(
            threads.submit(() -> Rig.number(RawStore.of(cache).read("k", ReadOptions.DEFAULT))));
      }
      await().until(() -> cache.health().misses() == READERS);
      go.countDown();
      for (Future<Integer> result : results) {
        assertThat(result.get()).isEqualTo(7);
      }
      assertThat(store.reads).hasValue(1);
      assertThat(cache.health().loads()).isEqualTo(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void read_joinedLoadFails_failsForAllOrIsDoneAlone() throws Exception {
    assertThat(failWhileJoined(new UnavailableException("down", null)))
        .isInstanceOf(UnavailableException.class);
    // The failure may concern only the loading thread.
    assertThat(failWhileJoined(new IllegalStateException("broken"))).isNull();
  }

  /** Returns the exception of the joining reader, or null if it reads the value itself. */
  private @Nullable Throwable failWhileJoined(RuntimeException failure) throws Exception {
    FakeStore failing = new FakeStore(database);
    database.set("k", 7);
    CountDownLatch go = new CountDownLatch(1);
    failing.once(FakeStore.At.BEFORE_READ, () -> {
      awaitQuietly(go);
      throw failure;
    });
    AtomicReference<Throwable> joined = new AtomicReference<>();
    try (NearCache cache =
        NearCache.over(failing, NearCacheSettings.DEFAULT, InstantSource.system())) {
      Objects.requireNonNull(failing.sink).positioned(database.position());
      Thread loader = new Thread(() -> assertThatExceptionOfType(RuntimeException.class)
          .isThrownBy(() -> RawStore.of(cache).read("k", ReadOptions.DEFAULT)));
      loader.start();
      await().until(() -> cache.health().misses() == 1);
      Thread joiner = new Thread(() -> {
        try {
          assertThat(Rig.number(RawStore.of(cache).read("k", ReadOptions.DEFAULT)))
              .isEqualTo(7);
        } catch (RuntimeException | AssertionError e) {
          joined.set(e);
        }
      });
      joiner.start();
      await().until(() -> cache.health().misses() == 2);
      go.countDown();
      loader.join();
      joiner.join();
    }
    return joined.get();
  }

  @Test
  void close_leavesNoThread() {
    NearCache cache = open(NearCacheSettings.DEFAULT);
    assertThat(threads()).isOne();
    cache.close();
    await().until(() -> threads() == 0);
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("kvstore-cache-fake"))
        .count();
  }

  @Test
  void lease_feedSilent_endsByTheClocksThread() {
    try (NearCache cache =
        open(NearCacheSettings.builder().stalenessBound(Duration.ofMillis(300)).build())) {
      assertThat(cache.health().coherent()).isTrue();
      await().atMost(Duration.ofSeconds(60)).until(() -> !cache.health().coherent());
    }
  }

  @Test
  void hit_allocatesNothing() {
    database.set("k", 7);
    try (NearCache cache =
        open(NearCacheSettings.builder().stalenessBound(Duration.ofHours(1)).build())) {
      RawStore.of(cache).read("k", ReadOptions.DEFAULT);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long me = Thread.currentThread().getId();
      int hits = 200_000;
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 5; round++) {
        long before = threads.getThreadAllocatedBytes(me);
        for (int i = 0; i < hits; i++) {
          if (cache.peek("k", ReadOptions.DEFAULT) == null) {
            throw new AssertionError("not a hit");
          }
        }
        least = Math.min(least, threads.getThreadAllocatedBytes(me) - before);
      }
      // Allowance for the measurement itself and for Caffeine's buffers.
      assertThat(least).as("bytes for %d hits", hits).isLessThan(10_000);
    }
  }

  @Test
  void weight_moreThanFits_staysWithinTheBoundAndTwiceThatOnTheHeap() {
    int bound = 16 * 1024 * 1024;
    FakeStore large = new FakeStore(database) {
      @Override
      public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
        String key = keys.iterator().next();
        String etag = "%024x".formatted(Integer.parseInt(key.substring(4)));
        Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
        return List.of(KVEntry.of(
            FakeDatabase.text(1024),
            KVMetadata.of(key, 1, etag, now, now.plusMillis(1), null, null)));
      }
    };
    long before = usedHeap();
    try (NearCache cache = NearCache.over(
        large, NearCacheSettings.builder().maximumBytes(bound).build(), InstantSource.system())) {
      Objects.requireNonNull(large.sink).positioned(database.position());
      for (int i = 0; i < 100_000; i++) {
        RawStore.of(cache).read("key-" + i, ReadOptions.DEFAULT);
      }
      CacheHealth health = cache.health();
      long used = usedHeap() - before;
      assertThat(health.weight()).isBetween(bound * 9L / 10, (long) bound);
      assertThat(used).isBetween(bound / 2L, 2L * bound);
    }
  }

  /** Returns the used heap after garbage collections until it no longer shrinks. */
  private static long usedHeap() {
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 10; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
    }
    return used;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
