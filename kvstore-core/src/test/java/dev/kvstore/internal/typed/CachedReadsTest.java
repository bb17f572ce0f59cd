package dev.kvstore.internal.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.InvalidInputException;
import dev.kvstore.KVCache;
import dev.kvstore.KVEntry;
import dev.kvstore.KVItem;
import dev.kvstore.KVStore;
import dev.kvstore.KVType;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.ValidationFailedException;
import dev.kvstore.internal.cache.NearCache;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests reads through the near-cache. */
class CachedReadsTest {
  private static final ReadOptions BYPASS = ReadOptions.DEFAULT.bypassingCache();
  private static final NearCacheSettings PATIENT = NearCacheSettings.builder()
      .stalenessBound(Duration.ofHours(1))
      .partitionBound(Duration.ofHours(1))
      .absenceTimeToLive(Duration.ofHours(1))
      .build();

  record Limits(int most, List<String> exceptions) {}

  static class Mutable {
    public int number = 1;
  }

  private SqliteEntryDatabase database;
  private KVStore store;
  private KVCache cache;

  @BeforeEach
  void open(@TempDir Path folder) {
    database = SqliteEntryDatabase.open(folder.resolve("test.db"));
    NearCache entries = NearCache.over(database.store("settings"), PATIENT, InstantSource.system());
    store = TypedKVStore.over(entries, BsonCodec.create(), database::close);
    cache = store.cache().orElseThrow();
    await().until(() -> cache.health().coherent());
  }

  @AfterEach
  void close() {
    store.close();
  }

  /**
   * Waits until the keys are cached. A concurrent event can prevent a write or load from being
   * cached.
   */
  private void awaitHeld(String... keys) {
    for (String key : keys) {
      await().until(() -> {
        long before = loads();
        store.has(key);
        return loads() == before;
      });
    }
  }

  private long loads() {
    return cache.health().loads();
  }

  @Test
  void get_aMissAndAHit_decodeOnce() {
    store.set("limits", new Limits(3, List.of("a")));
    KVItem<Limits> item = store.item("limits", Limits.class);
    // A concurrent event can prevent the load from being cached.
    await().untilAsserted(() -> {
      cache.invalidate("limits");
      Limits first = item.get();
      assertThat(item.get()).isSameAs(first);
    });
  }

  @Test
  void key_null_isNamedInTheError() {
    assertThatNullPointerException()
        .isThrownBy(() -> store.get(nothing(), String.class))
        .withMessage("key");
    assertThatNullPointerException().isThrownBy(() -> store.has(nothing())).withMessage("key");
    assertThatNullPointerException().isThrownBy(() -> store.set(nothing(), 1)).withMessage("key");
    assertThatNullPointerException()
        .isThrownBy(() -> store.item(nothing(), String.class))
        .withMessage("key");
    assertThatNullPointerException().isThrownBy(() -> store.delete(nothing())).withMessage("key");
    assertThatNullPointerException().isThrownBy(() -> store.keys(nothing())).withMessage("prefix");
  }

  /** Returns null, like a caller that is not checked for nulls. */
  @SuppressWarnings("NullAway")
  private static String nothing() {
    return null;
  }

  @Test
  void get_again_isTheSameObject() {
    store.set("limits", new Limits(3, List.of("a")));
    KVItem<Limits> item = store.item("limits", Limits.class);
    awaitHeld("limits");
    long loaded = loads();
    Limits first = item.get();

    assertThat(item.get()).isSameAs(first).isEqualTo(new Limits(3, List.of("a")));
    assertThat(store.get("limits", Limits.class)).isSameAs(first);
    assertThat(store.get("limits", KVType.of(Limits.class))).isSameAs(first);
    assertThat(store.entry("limits", Limits.class).value()).isSameAs(first);
    assertThat(store.find("limits", Limits.class).orElseThrow()).isSameAs(first);
    assertThat(loads()).isEqualTo(loaded);
  }

  @Test
  void get_container_isSharedAndUnmodifiable() {
    KVType<Map<String, List<Integer>>> type = new KVType<>() {};
    store.set("map", Map.of("a", List.of(1)));
    awaitHeld("map");
    Map<String, List<Integer>> first = Objects.requireNonNull(store.get("map", type));

    assertThat(store.get("map", type)).isSameAs(first);
    assertThatThrownBy(() -> Objects.requireNonNull(first.get("a")).add(2))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void item_held_isCheckedOnceAndAgainWhenItHasChanged() {
    AtomicInteger checks = new AtomicInteger();
    KVItem<Limits> item = store.item("limits", Limits.class).validatedBy(limits -> {
      checks.incrementAndGet();
      return limits.most() > 3 ? Optional.of("must be at most 3") : Optional.empty();
    });
    store.set("limits", new Limits(3, List.of()));
    awaitHeld("limits");
    Limits first = item.get(); // decodes and keeps the value
    item.get();
    int checked = checks.get();
    for (int i = 0; i < 10; i++) {
      assertThat(item.get()).isSameAs(first);
    }
    assertThat(checks).hasValue(checked);

    store.set("limits", new Limits(4, List.of()));
    assertThatThrownBy(item::get).isInstanceOf(ValidationFailedException.class);
    awaitHeld("limits");
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(item::get).isInstanceOf(ValidationFailedException.class);
    }
  }

  @Test
  void get_mutable_isDecodedForEachReader() {
    store.set("pojo", new Mutable());
    store.set("bytes", new byte[] {1});
    awaitHeld("pojo", "bytes");
    long loaded = loads();
    Objects.requireNonNull(store.get("pojo", Mutable.class)).number = 2;
    Objects.requireNonNull(store.get("bytes", byte[].class))[0] = 2;

    assertThat(Objects.requireNonNull(store.get("pojo", Mutable.class)).number).isEqualTo(1);
    assertThat(store.get("bytes", byte[].class)).containsExactly(1);
    assertThat(loads()).isEqualTo(loaded);
  }

  @Test
  void get_asOneTypeAfterAnother_isWhatTheTypeAsksFor() {
    store.set("number", 5);

    for (int i = 0; i < 3; i++) {
      assertThat(store.get("number", Integer.class)).isEqualTo(5);
      assertThat(store.get("number", Long.class)).isEqualTo(5L);
      assertThat(store.get("number", int.class)).isEqualTo(5);
      assertThatThrownBy(() -> store.get("number", String.class))
          .isInstanceOf(TypeMismatchException.class);
    }
  }

  @Test
  void get_lenientAndStrict_areKeptApart() {
    store.set("text", "42");
    KVType<Integer> lenient = KVType.of(Integer.class).lenient();
    store.get("text", lenient);

    assertThat(store.get("text", lenient)).isEqualTo(42);
    assertThatThrownBy(() -> store.get("text", Integer.class))
        .isInstanceOf(TypeMismatchException.class);
  }

  @Test
  void get_null_isHeldToo() {
    store.set("null", null);
    KVItem<String> item = store.item("null", String.class).withDefault("default");

    for (int i = 0; i < 3; i++) {
      assertThat(item.get()).isNull();
      assertThat(store.get("null", String.class)).isNull();
    }
  }

  @Test
  void get_absent_isTheDefaultWithoutAskingAgain() {
    KVItem<Integer> item = store.item("absent", Integer.class).withDefault(3);
    item.get();
    long asked = loads();

    for (int i = 0; i < 3; i++) {
      assertThat(item.get()).isEqualTo(3);
      assertThat(store.has("absent")).isFalse();
      assertThatThrownBy(() -> store.get("absent", String.class))
          .isInstanceOf(KeyNotFoundException.class);
    }
    assertThat(loads()).isEqualTo(asked).isEqualTo(1);
  }

  @Test
  void get_afterEachKindOfWrite_isWhatWasWritten() {
    KVItem<Integer> item = store.item("key", Integer.class).withDefault(0);
    assertThat(item.get()).isZero();
    item.set(1);
    assertThat(item.get()).isEqualTo(1);
    store.setMany(Map.of("key", 2));
    assertThat(item.get()).isEqualTo(2);
    store.increment("key");
    assertThat(item.get()).isEqualTo(3);
    assertThat(item.update(value -> Objects.requireNonNull(value) + 1)).isEqualTo(4);
    assertThat(item.get()).isEqualTo(4);
    item.delete();
    assertThat(item.get()).isZero();
    store.setDefault("key", 5);
    assertThat(item.get()).isEqualTo(5);
  }

  @Test
  void read_bypassingTheCache_asksTheDatabase() {
    store.set("key", "a");
    awaitHeld("key");
    long loaded = loads();

    assertThat(store.findEntry("key", String.class, BYPASS).map(KVEntry::value)).contains("a");
    assertThat(store.get("key", String.class, BYPASS)).isEqualTo("a");
    assertThat(store.item("key", String.class).entry(BYPASS).map(KVEntry::version))
        .contains(1L);
    assertThat(store.getMany(List.of("key"), KVType.of(String.class), BYPASS))
        .isEqualTo(Map.of("key", "a"));
    assertThat(loads()).isEqualTo(loaded + 4);
    assertThat(cache.health().bypasses()).isEqualTo(4);
  }

  @Test
  void invalidate_letsTheNextReadAsk() {
    store.set("a", 1);
    store.set("b", 2);
    awaitHeld("a", "b");
    long loaded = loads();

    cache.invalidate("a");
    store.get("a", Integer.class);
    store.get("b", Integer.class);
    assertThat(loads()).isEqualTo(loaded + 1);

    cache.invalidateAll();
    store.get("a", Integer.class);
    store.get("b", Integer.class);
    assertThat(loads()).isEqualTo(loaded + 3);
  }

  @Test
  void get_illegalKey_isRefused() {
    assertThatThrownBy(() -> store.get("a//b", String.class))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> store.has("")).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> store.get("", String.class, BYPASS))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void cache_ofAStoreWithoutOne_isEmpty() {
    KVStore plain = TypedKVStore.over(database.store("plain"), BsonCodec.create());

    assertThat(plain.cache()).isEqualTo(Optional.empty());
  }
}
