package dev.kvstore.testing;

import static dev.kvstore.testing.Values.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.BatchOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of a database as a whole. */
public abstract class EntryDatabaseContract {
  private EntryDatabase database;

  /** Opens a database without any store. */
  protected abstract EntryDatabase open();

  @BeforeEach
  final void openDatabase() {
    database = open();
  }

  @AfterEach
  final void closeDatabase() {
    database.close();
  }

  private static void set(EntryStore store, String key) {
    RawStore.of(store).write(new Write(key, raw(key), WriteOptions.DEFAULT));
  }

  @Test
  final void drop_present_leavesNothing() {
    RawStore store = RawStore.of(database.store("a"));
    set(store, "k");
    set(store, "l");
    set(database.store("b"), "k");

    assertThat(database.drop("a")).isTrue();

    assertThat(StoreCounts.of(database)).isEqualTo(Map.of("b", 1L));
    for (EntryStore dropped : List.of(store, database.store("a"))) {
      assertThat(RawStore.of(dropped).read("k")).isEmpty();
      assertThat(RawStore.of(dropped).readMany(List.of("k", "l"))).isEmpty();
      assertThat(RawStore.of(dropped).scan(KeyRange.ALL, 10).items()).isEmpty();
      assertThat(RawStore.of(dropped).scanKeys(KeyRange.ALL, 10).items()).isEmpty();
      assertThat(RawStore.of(dropped).delete("k", WriteOptions.DEFAULT)).isFalse();
    }
    assertThat(RawStore.of(database.store("b")).read("k")).isPresent();
  }

  @Test
  final void drop_absent_tellsSo() {
    assertThat(database.drop("a")).isFalse();
    set(database.store("a"), "k");
    assertThat(database.drop("a")).isTrue();
    assertThat(database.drop("a")).isFalse();
  }

  @Test
  final void drop_thenWrite_beginsAnew() {
    RawStore store = RawStore.of(database.store("a"));
    for (int i = 0; i < 3; i++) {
      set(store, "k");
      set(store, "k");
      set(store, "l");
      assertThat(database.drop("a")).isTrue();
    }
    Write again = new Write("k", raw(1), WriteOptions.ifAbsent().ttl(Duration.ofHours(1)));

    assertThat(store.write(again).version()).isEqualTo(1);
    assertThat(store.scanKeys(KeyRange.ALL, 10).items()).containsExactly("k");
    assertThat(StoreCounts.of(database)).isEqualTo(Map.of("a", 1L));
  }

  @Test
  final void drop_many_isOneStep() throws Exception {
    RawStore store = RawStore.of(database.store("a"));
    Map<String, RawValue> values = new TreeMap<>();
    for (int i = 0; i < 1000; i++) {
      values.put("k" + i, raw(i));
    }
    store.writeMany(values, BatchOptions.DEFAULT);
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService executor = Executors.newSingleThreadExecutor();
    Future<List<Integer>> seen = executor.submit(() -> {
      List<Integer> sizes = new ArrayList<>();
      do {
        sizes.add(store.scanKeys(KeyRange.ALL, 1000).items().size());
      } while (!done.get());
      return sizes;
    });
    database.drop("a");
    done.set(true);

    assertThat(seen.get()).allMatch(size -> size == 1000 || size == 0);
    executor.shutdown();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "#1", "1a", "system.users", "a b"})
  final void drop_illegalName_isRefused(String name) {
    assertThatExceptionOfType(KVException.class)
        .isThrownBy(() -> database.drop(name))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STORE));
  }

  @Test
  final void drop_afterClose_isRefused() {
    database.close();
    assertThatExceptionOfType(KVException.class)
        .isThrownBy(() -> database.drop("a"))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
  }
}
