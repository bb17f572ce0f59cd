package dev.kvstore.internal.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.BindingFailedException;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVBinding;
import dev.kvstore.KVBindingListener;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.KVSubscription;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.spi.EntryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BindingLifeTest {
  record Pool(int size) {}

  private final AtomicBoolean down = new AtomicBoolean();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private SqliteEntryDatabase database;
  private KVStore store;
  private KVStore outside;

  @BeforeEach
  void open(@TempDir Path folder) {
    database = SqliteEntryDatabase.open(folder.resolve("bind.db"), SqliteConfig.DEFAULT);
    EntryStore flaky = Stores.pageByPage(database.store("settings"), range -> {
      if (down.get()) {
        throw new UnavailableException("down", null);
      }
    });
    store = TypedKVStore.over(flaky, BsonCodec.create());
    outside = TypedKVStore.over(database.store("settings"), BsonCodec.create());
    outside.set("pool.size", 1);
  }

  @AfterEach
  void close() {
    store.close();
    database.close();
  }

  private void note(Pool previous, Pool current) {
    told.add(previous.size() + " -> " + current.size());
  }

  private void hears(String... expected) {
    await().untilAsserted(() -> assertThat(told).containsExactly(expected));
  }

  @Test
  void bind_storeDown_throws() {
    down.set(true);
    assertThatThrownBy(() -> store.bind("pool", Pool.class))
        .isInstanceOf(UnavailableException.class);
  }

  @Test
  void change_storeDown_isReadWhenItIsBack() {
    KVBinding<Pool> pool = store.bind("pool", Pool.class);
    pool.onChange(this::note);
    down.set(true);
    outside.set("pool.size", 2);
    assertThat(pool.current()).isEqualTo(new Pool(1));
    down.set(false);
    hears("1 -> 2");
  }

  @Test
  void change_toAnEqualObject_isNotTold() {
    KVBinding<Pool> pool = store.bind("pool", Pool.class);
    Pool first = pool.current();
    pool.onChange(this::note);
    outside.set("pool.size", 1);
    outside.set("pool.other", 1);
    outside.set("pool.size", 2);
    hears("1 -> 2");
    assertThat(first).isEqualTo(new Pool(1));
  }

  @Test
  void invalid_isTold_andAgainWhenItIsOtherwiseWrong() {
    KVBinding<Pool> pool = store.bind("pool", Pool.class);
    pool.onChange(new KVBindingListener<>() {
      @Override
      public void changed(Pool previous, Pool current) {
        note(previous, current);
      }

      @Override
      public void invalid(BindingFailedException problems) {
        told.add(problems.problems().get(0).code().name());
      }
    });
    outside.set("pool.size", "text");
    hears("TYPE_MISMATCH");
    outside.set("pool.size", "other text");
    outside.delete("pool.size");
    hears("TYPE_MISMATCH", "KEY_NOT_FOUND");
    outside.set("pool.size", 1);
    await().untilAsserted(() -> assertThat(pool.problems()).isEmpty());
    outside.set("pool.size", 2);
    hears("TYPE_MISMATCH", "KEY_NOT_FOUND", "1 -> 2");
  }

  @Test
  void expiry_isFollowed() {
    outside.set("pool", Map.of("size", 9));
    outside.set("pool.size", 1, WriteOptions.DEFAULT.ttl(Duration.ofMillis(300)));
    KVBinding<Pool> pool = store.bind("pool", Pool.class);
    await().untilAsserted(() -> assertThat(pool.current().size()).isEqualTo(9));
  }

  @Test
  void listener_thatBlocksOrFails_disturbsNobody() throws Exception {
    KVBinding<Pool> pool = store.bind("pool", Pool.class);
    CountDownLatch gate = new CountDownLatch(1);
    List<String> slow = new CopyOnWriteArrayList<>();
    pool.onChange((previous, current) -> {
      slow.add(previous.size() + " -> " + current.size());
      awaitOpen(gate);
    });
    pool.onChange((previous, current) -> {
      throw new IllegalStateException("a bug");
    });
    pool.onChange(this::note);
    outside.set("pool.size", 2);
    hears("1 -> 2");
    await().untilAsserted(() -> assertThat(slow).containsExactly("1 -> 2"));
    outside.set("pool.size", 3);
    hears("1 -> 2", "2 -> 3");
    outside.set("pool.size", 4);
    hears("1 -> 2", "2 -> 3", "3 -> 4");
    gate.countDown();
    await().untilAsserted(() -> assertThat(slow).containsExactly("1 -> 2", "2 -> 4"));
  }

  @Test
  void closed_hearsNothing_andStaysWhatItWas() {
    KVBinding<Pool> closed = store.bind("pool", Pool.class);
    KVBinding<Pool> open = store.bind("pool", Pool.class);
    closed.onChange((previous, current) -> told.add("closed"));
    open.onChange(this::note);
    closed.close();
    closed.close();
    outside.set("pool.size", 2);
    hears("1 -> 2");
    assertThat(closed.current()).isEqualTo(new Pool(1));
    assertThatThrownBy(() -> closed.onChange(this::note))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
  }

  @Test
  void subscription_closed_hearsNothingMore() {
    KVBinding<Pool> pool = store.bind("pool", Pool.class);
    KVSubscription subscription = pool.onChange((previous, current) -> told.add("closed"));
    pool.onChange(this::note);
    subscription.close();
    outside.set("pool.size", 2);
    hears("1 -> 2");
  }

  @Test
  void closedByTwoOfItsListeners_atOnce_doesNotHang() {
    KVBinding<Pool> pool = store.bind("pool", Pool.class);
    CyclicBarrier both = new CyclicBarrier(2);
    CountDownLatch ended = new CountDownLatch(2);
    for (int i = 0; i < 2; i++) {
      pool.onChange((previous, current) -> {
        try {
          both.await();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
        pool.close();
        ended.countDown();
      });
    }
    outside.set("pool.size", 2);
    await().until(() -> ended.getCount() == 0);
  }

  @Test
  void store_closed_closesItsBindings() {
    KVBinding<Pool> pool = store.bind("pool", Pool.class);
    store.close();
    assertThatThrownBy(() -> pool.onChange(this::note)).isInstanceOf(KVException.class);
    assertThatThrownBy(() -> store.bind("pool", Pool.class)).isInstanceOf(KVException.class);
  }

  private static void awaitOpen(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
