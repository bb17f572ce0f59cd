package dev.kvstore.internal.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.BatchOptions;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class NearCachesTest {
  private static final String KEY = "k";
  private static final NearCacheSettings SETTINGS =
      NearCacheSettings.builder().maximumBytes(1_000_000).build();

  private final Map<String, FakeDatabase> databases = new HashMap<>();
  private final List<NamedStore> opened = new ArrayList<>();
  private final ManualClock clock = new ManualClock();
  private final NearCaches caches =
      new NearCaches(SETTINGS, false, this::open, clock, work -> work.run());

  private static final class NamedStore extends FakeStore {
    private final String name;

    NamedStore(String name, FakeDatabase database) {
      super(database);
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }
  }

  private EntryStore open(String name) {
    NamedStore store = new NamedStore(name, database(name));
    opened.add(store);
    return store;
  }

  private FakeDatabase database(String name) {
    return databases.computeIfAbsent(name, any -> new FakeDatabase(true));
  }

  private long subscribed() {
    return opened.stream().filter(store -> store.subscribed).count();
  }

  private int reads() {
    return opened.stream().mapToInt(store -> store.reads.get()).sum();
  }

  /** Opens the feeds of all caches. */
  private void position() {
    opened.stream()
        .filter(store -> store.subscribed)
        .forEach(store -> Objects.requireNonNull(store.sink).positioned(store.database.position()));
  }

  private static int get(EntryStore store) {
    return Rig.number(RawStore.of(store).read(KEY, ReadOptions.DEFAULT));
  }

  private static void set(EntryStore store, int value) {
    RawStore.of(store).write(new Write(KEY, FakeDatabase.value(value), WriteOptions.DEFAULT));
  }

  /** Runs upkeep without any use until all caches are dropped. */
  private void idle() {
    for (int i = 0; i <= NearCaches.PATIENCE; i++) {
      caches.keepUp();
    }
    assertThat(subscribed()).isZero();
  }

  @Test
  void stores_withoutEntries_areNotCached() {
    for (int i = 0; i < 1000; i++) {
      RawStore store = RawStore.of(caches.store("s" + i));
      assertThat(get(store)).isZero();
      assertThat(store.readMany(List.of(KEY), ReadOptions.DEFAULT)).isEmpty();
      store.scan(KeyRange.ALL, 1);
      store.scanKeys(KeyRange.ALL, 1);
      assertThat(store.delete(KEY, WriteOptions.DEFAULT)).isFalse();
      store.writeMany(Map.of(), BatchOptions.DEFAULT);
      assertThat(store.cache()).isEmpty();
    }
    assertThat(subscribed()).isZero();
  }

  @Test
  void store_withAnEntry_isCachedForAllItsHolders() {
    database("s").set(KEY, 1);
    assertThat(get(caches.store("s"))).isEqualTo(1);
    position();
    assertThat(get(caches.store("s"))).isEqualTo(1);
    int before = reads();
    RawStore third = RawStore.of(caches.store("s"));
    assertThat(get(third)).isEqualTo(1);
    assertThat(third.held(KEY)).isNotNull();
    assertThat(reads()).isEqualTo(before);
    assertThat(subscribed()).isEqualTo(1);
    assertThat(third.cache().orElseThrow().health().hits()).isEqualTo(2);
  }

  @Test
  void store_whereverAnEntryIsSeen_isCached() {
    database("a").set(KEY, 1);
    RawStore.of(caches.store("a")).readMany(List.of(KEY), ReadOptions.DEFAULT);
    database("b").set(KEY, 1);
    RawStore.of(caches.store("b")).scan(KeyRange.ALL, 1);
    database("c").set(KEY, 1);
    RawStore.of(caches.store("c")).scanMetadata(KeyRange.ALL, 1);
    database("d").set(KEY, 1);
    RawStore.of(caches.store("d")).scanKeys(KeyRange.ALL, 1);
    set(caches.store("e"), 1);
    RawStore.of(caches.store("f")).increment(KEY, 1, WriteOptions.DEFAULT);
    RawStore.of(caches.store("g"))
        .writeMany(Map.of(KEY, FakeDatabase.value(1)), BatchOptions.DEFAULT);
    RawStore.of(caches.store("h"))
        .setDefault(new Write(KEY, FakeDatabase.value(1), WriteOptions.DEFAULT));
    assertThat(subscribed()).isEqualTo(8);
  }

  @Test
  void cache_thatNobodyUses_goes_andComesAgain() {
    RawStore store = RawStore.of(caches.store("s"));
    set(store, 1);
    position();
    get(store);
    for (int i = 0; i < NearCaches.PATIENCE; i++) {
      caches.keepUp();
    }
    assertThat(subscribed()).isEqualTo(1);
    assertThat(get(store)).isEqualTo(1);
    idle();
    assertThat(store.held(KEY)).isNull();
    database("s").set(KEY, 2);
    assertThat(get(store)).isEqualTo(2);
    assertThat(subscribed()).isEqualTo(1);
  }

  @Test
  void health_isThatOfAllCaches_andCountsThoseThatAreGone() {
    assertThat(caches.health()).isEqualTo(CacheFigures.NONE);
    List<EntryStore> stores = List.of(caches.store("a"), caches.store("b"));
    stores.forEach(store -> set(store, 1));
    assertThat(caches.health().coherent()).as("before the feeds are open").isFalse();
    position();
    for (EntryStore store : stores) {
      get(store);
      get(store);
    }
    long hits = caches.health().hits();
    assertThat(caches.health().entries()).isEqualTo(2);
    assertThat(caches.health().coherent()).isTrue();
    assertThat(hits).isGreaterThanOrEqualTo(2);

    idle();
    assertThat(caches.health().hits()).isEqualTo(hits);
    assertThat(caches.health().entries()).isZero();
    assertThat(caches.health().coherent()).isTrue();
  }

  /**
   * A write through a cache that is dropped during the write, while others already use its
   * successor.
   */
  @Test
  void write_byTheCacheBefore_isReadFromTheNextOne() {
    RawStore store = RawStore.of(caches.store("s"));
    set(store, 1);
    NamedStore used = opened.stream().filter(any -> any.subscribed).findFirst().orElseThrow();
    used.once(FakeStore.At.BEFORE_WRITE, () -> {
      idle();
      RawStore other = RawStore.of(caches.store("s"));
      get(other);
      position();
      assertThat(get(other)).isEqualTo(1);
      assertThat(other.held(KEY)).isNotNull();
    });
    set(store, 2);
    assertThat(get(caches.store("s"))).isEqualTo(2);
  }

  @Test
  void write_withoutCache_isReadFromTheOneThatCameMeanwhile() {
    database("s").set(KEY, 1);
    RawStore store = RawStore.of(caches.store("s"));
    opened.get(0).once(FakeStore.At.BEFORE_WRITE, () -> {
      get(caches.store("s"));
      position();
      assertThat(get(caches.store("s"))).isEqualTo(1);
    });
    set(store, 2);
    assertThat(get(caches.store("s"))).isEqualTo(2);
  }

  @Test
  void read_withoutCache_letsNobodyReadWhatIsOlder() {
    database("s").set(KEY, 1);
    RawStore store = RawStore.of(caches.store("s"));
    opened.get(0).once(FakeStore.At.BEFORE_READ, () -> {
      get(caches.store("s"));
      position();
      assertThat(get(caches.store("s"))).isEqualTo(1);
      database("s").set(KEY, 2); // not reported by the feed yet
    });
    List<KVEntry<RawValue>> read = store.readMany(List.of(KEY), ReadOptions.DEFAULT);
    assertThat(Rig.number(read.stream().findFirst())).isEqualTo(2);
    assertThat(get(caches.store("s"))).isEqualTo(2);
  }

  @Test
  void stores_morethanMost_areReadWithoutCache() {
    for (int i = 0; i < NearCaches.MOST + 10; i++) {
      set(caches.store("s" + i), i);
    }
    assertThat(subscribed()).isEqualTo(NearCaches.MOST);
    RawStore uncached = RawStore.of(caches.store("s" + (NearCaches.MOST + 1)));
    assertThat(get(uncached)).isEqualTo(NearCaches.MOST + 1);
    assertThat(uncached.cache()).isEmpty();
  }

  @Test
  void stores_moreThanMost_takeThePlaceOfThoseThatAreIdle() {
    for (int i = 0; i < NearCaches.MOST; i++) {
      set(caches.store("s" + i), i);
    }
    for (int round = 0; round < NearCaches.EVICTABLE; round++) {
      caches.keepUp();
      for (int i = 1; i < NearCaches.MOST; i++) {
        get(caches.store("s" + i));
      }
    }
    caches.keepUp();
    set(caches.store("another"), 1);
    assertThat(RawStore.of(caches.store("another")).cache()).isPresent();
    assertThat(RawStore.of(caches.store("s0")).cache()).isEmpty();
    assertThat(subscribed()).isEqualTo(NearCaches.MOST);
  }

  @Test
  void stores_moreThanMost_soonTakeThePlaceOfOneThatIsIdleLater() {
    for (int i = 0; i <= NearCaches.MOST; i++) {
      set(caches.store("s" + i), i);
    }
    assertThat(RawStore.of(caches.store("s" + NearCaches.MOST)).cache()).isEmpty();
    for (int round = 0; round <= NearCaches.EVICTABLE; round++) {
      caches.keepUp();
    }
    clock.pass(Duration.ofSeconds(1));
    set(caches.store("another"), 1);
    assertThat(RawStore.of(caches.store("another")).cache()).isPresent();
    assertThat(subscribed()).isEqualTo(NearCaches.MOST);
  }

  @Test
  void close_oneCacheFailsToClose_closesTheOthers() {
    for (String name : List.of("a", "b", "c")) {
      set(caches.store(name), 1);
    }
    opened.stream().filter(store -> store.subscribed).forEach(store -> store.failsToClose = true);
    assertThatThrownBy(caches::close).isInstanceOf(IllegalStateException.class);
    assertThat(subscribed()).isZero();
  }

  @Test
  void caches_together_holdNoMoreThanTheSettingsSay() {
    for (String name : List.of("a", "b", "c")) {
      RawStore store = RawStore.of(caches.store(name));
      for (int i = 0; i < 1500; i++) {
        store.write(new Write("k" + i, FakeDatabase.value(i), WriteOptions.DEFAULT));
        if (i == 0) {
          position();
        }
        if (i % 100 == 0) {
          caches.keepUp();
        }
      }
    }
    caches.keepUp();
    long weight = List.of("a", "b", "c").stream()
        .mapToLong(name ->
            RawStore.of(caches.store(name)).cache().orElseThrow().health().weight())
        .sum();
    assertThat(weight).isBetween(700_000L, 1_000_000L);
  }

  @Test
  void parts_neverExceedTheTotal_andLeaveRoomToEverybody() {
    assertThat(NearCaches.parts(100, new long[] {0})).containsExactly(100);
    assertThat(NearCaches.parts(120, new long[] {0, 0, 0})).containsExactly(40, 40, 40);
    // The small ones get more than their weight, the large one gets the rest.
    assertThat(NearCaches.parts(120, new long[] {1, 1, 100})).containsExactly(12, 12, 96);
    // A full cache gets its share back from those that have more.
    assertThat(NearCaches.parts(120, new long[] {30, 45, 45})).containsExactly(40, 40, 40);
    assertThat(Arrays.stream(NearCaches.parts(7, new long[] {1, 2, 3, 4, 5})).sum())
        .isLessThanOrEqualTo(7);
  }

  @Test
  void close_endsAllCaches_andTellsTheHolders() {
    RawStore store = RawStore.of(caches.store("s"));
    set(store, 1);
    RawStore fresh = RawStore.of(caches.store("t"));
    caches.close();
    assertThat(subscribed()).isZero();
    assertThatThrownBy(() -> get(store)).isInstanceOf(KVException.class);
    set(fresh, 1);
    assertThat(subscribed()).isZero();
  }
}
