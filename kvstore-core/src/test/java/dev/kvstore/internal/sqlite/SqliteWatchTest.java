package dev.kvstore.internal.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KVChange;
import dev.kvstore.KVStore;
import dev.kvstore.KVWatcher;
import dev.kvstore.SyncToken;
import dev.kvstore.WatchOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.typed.TypedKVStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SqliteWatchTest extends SqliteTestBase {
  private static final int CHANGES = 10_000;
  private static final int WRITERS = 8;
  private static final int KEYS = 20;

  /** Checks that the versions of each key are reported consecutively. */
  private static final class Counting implements KVWatcher {
    final Map<String, Long> versions = new HashMap<>();
    final List<String> surprises = new ArrayList<>();
    final CountDownLatch ready = new CountDownLatch(1);
    final CountDownLatch all = new CountDownLatch(CHANGES);

    @Override
    public synchronized void changed(KVChange change) {
      long before = versions.getOrDefault(change.key(), 0L);
      if (change.version() != before + 1) {
        surprises.add(change.key() + " went from " + before + " to " + change.version());
      }
      versions.put(change.key(), change.version());
      all.countDown();
    }

    @Override
    public void ready(SyncToken position) {
      ready.countDown();
    }

    @Override
    public synchronized void reset() {
      surprises.add("reset");
    }

    synchronized List<String> surprises() {
      return List.copyOf(surprises);
    }
  }

  @Test
  void watchAll_manyWriters_losesNothingAndKeepsTheOrderOfEachKey() throws Exception {
    SqliteEntryDatabase database =
        open(folder.resolve("settings.db"), SqliteConfig.DEFAULT.timeout(Duration.ofMinutes(1)));
    try (KVStore store = TypedKVStore.over(database.store("s"), BsonCodec.create())) {
      Counting watcher = new Counting();
      store.watchAll("", watcher, WatchOptions.DEFAULT.queueCapacity(CHANGES));
      watcher.ready.await();
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        writers.add(threads.submit(() -> {
          for (int n = 0; n < CHANGES / WRITERS; n++) {
            store.set("key" + n % KEYS, n);
          }
        }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }

      assertThat(watcher.all.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(watcher.surprises()).isEmpty();
      assertThat(watcher.versions).hasSize(KEYS);
      assertThat(watcher.versions.values().stream().mapToLong(v -> v).sum()).isEqualTo(CHANGES);
    }
  }

  @Test
  void watch_defaultSettings_hearsOfAnExpirySoon() {
    AtomicInteger expired = new AtomicInteger();
    SqliteEntryDatabase database =
        open(folder.resolve("settings.db"), SqliteConfig.DEFAULT.clock(clock));
    try (KVStore store = TypedKVStore.over(database.store("s"), BsonCodec.create())) {
      store.watch(
          "k",
          KVWatcher.of(
              change -> {
                if (change.kind() == KVChange.Kind.EXPIRE) {
                  expired.incrementAndGet();
                }
              },
              position -> {}));
      store.set("k", 1, WriteOptions.DEFAULT.ttl(Duration.ofHours(1)));
      clock.advance(Duration.ofHours(1));

      await().atMost(Duration.ofSeconds(20)).until(() -> expired.get() == 1);
    }
  }
}
