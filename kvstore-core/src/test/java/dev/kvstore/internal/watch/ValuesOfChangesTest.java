package dev.kvstore.internal.watch;

import static dev.kvstore.internal.watch.FakeStore.delete;
import static dev.kvstore.internal.watch.FakeStore.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVType;
import dev.kvstore.KVWatcher;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import dev.kvstore.WatchOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.Interest;
import dev.kvstore.spi.RawValue;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Runs on the test's own thread: work waits until the test runs it. */
class ValuesOfChangesTest {
  private final BsonCodec codec = BsonCodec.create();
  private final Map<String, KVEntry<RawValue>> stored = new HashMap<>();
  private final List<Collection<String>> reads = new ArrayList<>();
  private final List<ReadOptions> demanded = new ArrayList<>();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final ArrayDeque<Runnable> delayed = new ArrayDeque<>();
  private final List<String> told = new ArrayList<>();
  private boolean down;

  private final FakeStore store = new FakeStore() {
    @Override
    public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
      if (down) {
        throw new UnavailableException("down", null);
      }
      reads.add(List.copyOf(keys));
      demanded.add(options);
      return keys.stream().filter(stored::containsKey).map(stored::get).toList();
    }
  };

  private final WatchHub hub =
      new WatchHub(store, tasks::add, (work, after) -> delayed.add(work), () -> {});

  private final KVWatcher watcher = new KVWatcher() {
    @Override
    public void changed(KVChange change) {
      told.add(change.key() + " "
          + change
              .entry(Integer.class)
              .map(entry -> "v" + entry.version() + "=" + entry.value())
              .orElse(change.kind().toString()));
    }

    @Override
    public void ready(SyncToken position) {
      told.add("ready " + position.position());
    }

    @Override
    public void reset() {
      told.add("reset");
    }
  };

  private void watch(int capacity) {
    hub.watch(
        Interest.ALL,
        watcher,
        WatchOptions.DEFAULT.queueCapacity(capacity).withValues(),
        this::typed);
  }

  private <T> KVEntry<T> typed(KVEntry<RawValue> raw, KVType<T> type) {
    return raw.withValue(codec.decode(raw.key(), Objects.requireNonNull(raw.value()), type));
  }

  private void store(String key, int value, long version) {
    KVMetadata metadata =
        KVMetadata.of(key, version, "etag" + version, Instant.EPOCH, Instant.EPOCH, null, null);
    stored.put(key, KVEntry.of(codec.encode(value), metadata));
  }

  private void run() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  @Test
  void changes_thatWait_areReadTogether_atTheLastPosition() {
    watch(100);
    store("a", 20, 2);
    store("b", 5, 1);
    store.changed(set("a", 1, 11), set("b", 1, 12), set("a", 2, 13), delete("c", 14));
    run();
    assertThat(told).containsExactly("a v2=20", "b v1=5", "a v2=20", "c DELETE");
    assertThat(reads).containsExactly(List.of("a", "b"));
    assertThat(demanded).containsExactly(ReadOptions.atLeast(new SyncToken(13)));
  }

  @Test
  void change_deletedMeanwhile_hasNoEntry_andTheDeleteFollows() {
    watch(100);
    store.changed(set("a", 1, 11), delete("a", 12));
    run();
    assertThat(told).containsExactly("a SET", "a DELETE");
  }

  @Test
  void changes_withoutPositions_areReadPastAnyCache() {
    watch(100);
    store("a", 1, 1);
    store.changed(set("a", 1, 0));
    run();
    assertThat(told).containsExactly("a v1=1");
    assertThat(demanded).containsExactly(ReadOptions.DEFAULT.bypassingCache());
  }

  @Test
  void manyChanges_areReadInGroups() {
    watch(1000);
    for (int i = 0; i < 100; i++) {
      store("k" + i, i, 1);
      store.changed(set("k" + i, 1, 11 + i));
    }
    run();
    assertThat(told).hasSize(100).endsWith("k99 v1=99");
    assertThat(reads).hasSize(4).allMatch(keys -> keys.size() <= 32);
  }

  @Test
  void store_thatCannotBeRead_isTriedAgain_andNothingIsLost() {
    watch(100);
    store.positioned(10);
    down = true;
    store("a", 1, 1);
    store.changed(set("a", 1, 11));
    run();
    assertThat(told).containsExactly("ready 10");
    down = false;
    delayed.remove().run();
    run();
    assertThat(told).containsExactly("ready 10", "a v1=1");
    assertThat(delayed).isEmpty();
  }

  @Test
  void store_thatCannotBeRead_forTooLong_isAReset() {
    watch(2);
    down = true;
    for (int i = 1; i <= 3; i++) {
      store.changed(set("a", i, 10 + i));
      run();
    }
    assertThat(told).containsExactly("reset", "ready 13");
    down = false;
    delayed.forEach(Runnable::run);
    run();
    assertThat(told).containsExactly("reset", "ready 13");
  }
}
