package dev.kvstore.internal.watch;

import static dev.kvstore.internal.watch.FakeStore.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import dev.kvstore.spi.Interest;
import dev.kvstore.spi.RawValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests many watches of a store after changes may have been missed. */
class RereadsTest {
  private static final int ITEMS = 100;

  private final Map<String, Integer> versions = new ConcurrentHashMap<>();
  private final List<Set<String>> readTogether = new ArrayList<>();
  private final List<ReadOptions> demands = new ArrayList<>();
  private final List<String> readAlone = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final ArrayDeque<Runnable> delayed = new ArrayDeque<>();
  private @Nullable RuntimeException failure;

  private final FakeStore store = new FakeStore() {
    @Override
    public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
      readTogether.add(Set.copyOf(keys));
      demands.add(options);
      if (failure != null) {
        throw failure;
      }
      return keys.stream()
          .filter(versions::containsKey)
          .map(key -> RereadsTest.this.<RawValue>entry(key, null))
          .toList();
    }
  };
  private final WatchHub hub =
      new WatchHub(store, tasks::add, (work, after) -> delayed.add(work), () -> {});

  private <T> KVEntry<T> entry(String key, @Nullable T value) {
    int version = Objects.requireNonNull(versions.get(key));
    return KVEntry.of(
        value,
        KVMetadata.of(key, version, "etag" + version, Instant.EPOCH, Instant.EPOCH, null, null));
  }

  private void openItems(WatchHub by, List<String> reads) {
    for (int i = 0; i < ITEMS; i++) {
      String key = "k" + i;
      versions.put(key, 1);
      by.<String>onChange(
          key,
          options -> {
            reads.add(key);
            return Optional.ofNullable(versions.get(key)).map(version -> entry(key, "v"));
          },
          null,
          change -> told.add(key));
    }
    reads.clear();
  }

  private void run() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  @Test
  void gap_readsAllItemsAtOnce_andTellsOfThoseThatChanged() {
    openItems(hub, readAlone);
    store.positioned(10);
    run();
    assertThat(readAlone).isEmpty();
    assertThat(readTogether).singleElement().isEqualTo(versions.keySet());

    store.missed();
    versions.put("k7", 2);
    versions.remove("k8");
    store.positioned(20);
    run();
    assertThat(readTogether).hasSize(2);
    assertThat(demands).last().isEqualTo(ReadOptions.atLeast(new SyncToken(20)));
    assertThat(readAlone).containsExactly("k7", "k8");
    assertThat(told).containsExactly("k7", "k8");
  }

  @Test
  void gap_alsoReadsWhatHasManyKeys() {
    openItems(hub, readAlone);
    AtomicInteger refreshes = new AtomicInteger();
    hub.follow(
        "the settings",
        Interest.ALL,
        options -> {
          refreshes.incrementAndGet();
          return null;
        },
        () -> {});
    store.positioned(10);
    run();
    assertThat(refreshes).hasValue(1);
    assertThat(readAlone).isEmpty();
  }

  @Test
  void gap_entriesCannotBeRead_isTriedAgainOnce() {
    openItems(hub, readAlone);
    versions.put("k7", 2);
    failure = new UnavailableException("down", null);
    store.positioned(10);
    run();
    assertThat(told).isEmpty();
    assertThat(delayed).hasSize(1);
    failure = null;
    delayed.remove().run();
    run();
    assertThat(readTogether).hasSize(2);
    assertThat(told).containsExactly("k7");
  }

  @Test
  void gap_closedWatch_isLeftAlone() {
    openItems(hub, readAlone);
    hub.onChange(
            "k7",
            options -> {
              readAlone.add("closed");
              return Optional.empty();
            },
            null,
            change -> told.add("closed"))
        .close();
    readAlone.clear();
    versions.put("k7", 2);
    store.positioned(10);
    run();
    assertThat(readAlone).containsExactly("k7");
  }

  @Test
  void change_ofOneItem_isReadByItself() {
    openItems(hub, readAlone);
    versions.put("k7", 2);
    store.changed(set("k7", 2, 11));
    run();
    assertThat(readTogether).isEmpty();
    assertThat(told).containsExactly("k7");
  }

  @Test
  void gap_allHaveChanged_needsFewThreads() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    AtomicInteger count = new AtomicInteger();
    try (WatchHub real = WatchHub.of(store, Duration.ofMinutes(1))) {
      for (int i = 0; i < 3 * ITEMS; i++) {
        String key = "k" + i;
        versions.put(key, 1);
        real.<String>onChange(key, options -> Optional.of(entry(key, "v")), null, change -> {
          threads.add(Thread.currentThread());
          count.incrementAndGet();
        });
      }
      versions.replaceAll((key, version) -> 2);
      store.positioned(10);
      await().until(() -> count.get() == 3 * ITEMS);
    }
    assertThat(threads).hasSizeLessThan(ITEMS);
  }
}
