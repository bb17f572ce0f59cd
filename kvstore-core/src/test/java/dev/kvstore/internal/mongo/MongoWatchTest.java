package dev.kvstore.internal.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KVChange;
import dev.kvstore.KVStore;
import dev.kvstore.KVWatcher;
import dev.kvstore.SyncToken;
import dev.kvstore.WatchOptions;
import dev.kvstore.mongo.MongoKVStore;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.testing.StandInReplicaSet;
import dev.kvstore.testing.WireServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests a watch from the typed store down to connections that break repeatedly. */
@Timeout(300)
class MongoWatchTest {
  private static final int WRITERS = 4;
  private static final int KEYS_EACH = 25;
  private static final int ROUNDS = 100;
  private static final int CHANGES = WRITERS * KEYS_EACH * ROUNDS;
  private static final int MOST_BETWEEN_BREAKS = 1500;
  private static final MongoSettings SETTINGS = MongoSettings.DEFAULT.withDatabase("watched");
  private static final Duration LONG = Duration.ofMinutes(2);

  private StandInReplicaSet server;
  private WireServer way;
  private KVStore others;
  private KVStore watched;

  @BeforeEach
  void open() {
    server = StandInReplicaSet.start();
    way = server.openAnotherWay();
    others = MongoKVStore.open(server.connectionString(), "settings", SETTINGS);
    watched = MongoKVStore.open(way.uri(), "settings", SETTINGS);
  }

  @AfterEach
  void close() {
    watched.close();
    others.close();
    way.close();
    server.close();
  }

  /** Records the reported versions by key; 0 for a delete. */
  private static class Told implements KVWatcher {
    private final Map<String, Queue<Long>> versions = new ConcurrentHashMap<>();
    final AtomicInteger changes = new AtomicInteger();
    final AtomicInteger readies = new AtomicInteger();
    final AtomicInteger resets = new AtomicInteger();

    @Override
    public void changed(KVChange change) {
      versionsOf(change.key()).add(change.version());
      changes.incrementAndGet();
    }

    @Override
    public void ready(SyncToken position) {
      readies.incrementAndGet();
    }

    @Override
    public void reset() {
      resets.incrementAndGet();
    }

    final Queue<Long> versionsOf(String key) {
      return versions.computeIfAbsent(key, none -> new ConcurrentLinkedQueue<>());
    }

    /** Removes repeated reports. */
    final List<Long> onceEach(String key, List<Long> expected) {
      List<Long> once = new ArrayList<>();
      for (long version : versionsOf(key)) {
        boolean isNext = once.size() < expected.size() && expected.get(once.size()) == version;
        if (isNext || !once.contains(version)) {
          once.add(version);
        }
      }
      return once;
    }
  }

  /** Breaks its own connections, each time after a random number of changes. */
  private final class Breaking extends Told {
    private final Random random;
    private int next;
    int breaks;

    Breaking(long seed) {
      random = new Random(seed);
      next = random.nextInt(MOST_BETWEEN_BREAKS);
    }

    @Override
    public void changed(KVChange change) {
      super.changed(change);
      if (changes.get() >= next) {
        next += 1 + random.nextInt(MOST_BETWEEN_BREAKS);
        breaks++;
        way.disconnect();
      }
    }
  }

  private void watch(Told told) {
    watched.watchAll("k", told, WatchOptions.DEFAULT.queueCapacity(2 * CHANGES));
    await().atMost(LONG).until(() -> told.readies.get() > 0);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void watchAll_tenThousandChanges_areAllTold_inOrderPerKey(long seed) throws Exception {
    Breaking told = new Breaking(seed);
    watch(told);
    Map<String, List<Long>> made = writeByAll();
    await()
        .atMost(LONG)
        .untilAsserted(() -> made.forEach((key, versions) ->
            assertThat(told.onceEach(key, versions)).as(key).isEqualTo(versions)));
    assertThat(made.values().stream().mapToInt(List::size).sum()).isGreaterThan(CHANGES);
    assertThat(told.breaks).isGreaterThan(CHANGES / MOST_BETWEEN_BREAKS - 1);
    assertThat(told.resets).hasValue(0);
  }

  /** Returns every change of each key. */
  private Map<String, List<Long>> writeByAll() throws Exception {
    Map<String, List<Long>> made = new HashMap<>();
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<Map<String, List<Long>>>> done = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        String prefix = "k" + writer + ".";
        done.add(writers.submit(() -> write(prefix)));
      }
      for (Future<Map<String, List<Long>>> one : done) {
        made.putAll(one.get());
      }
    } finally {
      writers.shutdownNow();
    }
    return made;
  }

  /** Writes its own keys repeatedly, and deletes one of them from time to time. */
  private Map<String, List<Long>> write(String prefix) {
    Map<String, List<Long>> made = new HashMap<>();
    for (int i = 0; i < KEYS_EACH; i++) {
      made.put(prefix + i, new ArrayList<>(List.of(0L)));
    }
    for (int round = 0; round < ROUNDS; round++) {
      Map<String, Integer> values = new HashMap<>();
      for (String key : made.keySet()) {
        values.put(key, round);
      }
      others.setMany(values);
      made.values().forEach(versions -> versions.add(versions.get(versions.size() - 1) + 1));
      String deleted = prefix + round % KEYS_EACH;
      if (round % 10 == 5 && others.delete(deleted)) {
        made.computeIfAbsent(deleted, none -> new ArrayList<>()).add(0L);
      }
    }
    made.values().forEach(versions -> versions.remove(0));
    return made;
  }

  @Test
  void stepDown_losesNothing() {
    Told told = new Told();
    watch(told);
    others.set("k", 1);
    server.stepDown();
    await().atMost(LONG).until(() -> server.denials() > 0);
    server.stepUp();
    others.set("k", 2);
    await().atMost(LONG).until(() -> told.onceEach("k", List.of(1L, 2L)).size() == 2);
    assertThat(told.onceEach("k", List.of(1L, 2L))).containsExactly(1L, 2L);
    assertThat(told.resets).hasValue(0);
  }

  @Test
  void lostHistory_isAReset_andItGoesOn() {
    Told told = new Told();
    watch(told);
    way.refuse();
    others.set("k", 1);
    server.loseHistory();
    way.accept(true);
    await().atMost(LONG).until(() -> told.readies.get() > 1);
    assertThat(told.resets).hasValue(1);
    others.set("k", 2);
    await().atMost(LONG).until(() -> told.changes.get() > 0);
    assertThat(told.versionsOf("k")).containsExactly(2L);
  }
}
