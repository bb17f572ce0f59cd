package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.BatchOptions;
import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.KVItemChange;
import dev.kvstore.KVSubscription;
import dev.kvstore.KVWatcher;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.WatchOptions;
import dev.kvstore.WriteOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

interface WatchContract extends StoreFixture {
  /**
   * Returns true if the store reports every change with its position. If not, these tests are
   * reported as skipped, with this name.
   */
  default boolean tellsOfEveryChange() {
    return true;
  }

  @BeforeEach
  default void assumeThatItTells(TestInfo test) {
    if (test.getTestMethod().orElseThrow().getDeclaringClass() == WatchContract.class) {
      assumeThat(tellsOfEveryChange()).as("tellsOfEveryChange").isTrue();
    }
  }

  /** Records its calls. */
  class Listener implements KVWatcher {
    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<KVChange> changes = new CopyOnWriteArrayList<>();

    @Override
    public void changed(KVChange change) {
      calls.add(
          change.kind() == KVChange.Kind.SET
              ? change.key() + "=v" + change.version()
              : change.kind() + " " + change.key());
      changes.add(change);
    }

    @Override
    public void ready(SyncToken position) {
      calls.add("ready");
    }

    @Override
    public void reset() {
      calls.add("reset");
    }

    void hears(String... expected) {
      await().untilAsserted(() -> assertThat(calls).containsExactly(expected));
    }
  }

  @Test
  default void watch_hearsOfEveryChangeOfThatKey() {
    Listener earlier = new Listener();
    store().watch("k", earlier);
    earlier.hears("ready");
    store().set("k", 0);
    earlier.hears("ready", "k=v1"); // so that the change is over when the next watch begins
    Listener listener = new Listener();
    store().watch("k", listener);
    listener.hears("ready");
    store().set("k", 1);
    store().set("another", 1);
    store().increment("k");
    store().delete("k");
    store().setDefault("k", 1);

    listener.hears("ready", "k=v2", "k=v3", "DELETE k", "k=v1");
    assertThat(listener.changes).extracting(KVChange::position).isSorted();
    assertThat(listener.changes.get(3).etag())
        .contains(store().entry("k", Integer.class).etag());
  }

  @Test
  default void watchAll_hearsOfThatPrefixAlone() {
    Listener listener = new Listener();
    store().watchAll("a/", listener);
    listener.hears("ready");
    store().set("b/x", 1);
    store().setMany(Map.of("a/x", 1, "b/y", 2), BatchOptions.DEFAULT);
    store().set("a/y", 1);

    listener.hears("ready", "a/x=v1", "a/y=v1");
  }

  @Test
  default void watch_fromAChange_hearsOfWhatCameAfterIt() {
    Listener first = new Listener();
    KVSubscription subscription = store().watchAll("", first);
    first.hears("ready");
    store().set("k", 1);
    first.hears("ready", "k=v1");
    subscription.close();
    store().set("k", 2);
    store().set("k", 3);
    Listener second = new Listener();
    store().watchAll("", second, WatchOptions.from(first.changes.get(0).position()));

    // The change itself may be reported again.
    await().untilAsserted(() -> assertThat(second.calls).endsWith("k=v2", "k=v3"));
    assertThat(second.calls).startsWith("ready").doesNotContain("reset");
  }

  @Test
  default void change_isReadAtItsPositionInThatVersionOrANewerOne() {
    Listener listener = new Listener();
    store().watch("k", listener);
    listener.hears("ready");
    for (int i = 0; i < 10; i++) {
      store().set("k", i);
    }
    await().untilAsserted(() -> assertThat(listener.changes).hasSize(10));

    for (KVChange change : listener.changes) {
      assertThat(entries()
              .read("k", ReadOptions.atLeast(change.position()))
              .orElseThrow()
              .version())
          .isGreaterThanOrEqualTo(change.version());
    }
  }

  @Test
  default void withValues_changesCarryTheirEntries() {
    Listener listener = new Listener();
    store().watchAll("a/", listener, WatchOptions.DEFAULT.withValues());
    listener.hears("ready");
    store().set("a/k", 1, WriteOptions.DEFAULT.author("ann"));
    store().set("a/null", null);
    listener.hears("ready", "a/k=v1", "a/null=v1");
    store().delete("a/k");
    listener.hears("ready", "a/k=v1", "a/null=v1", "DELETE a/k");

    KVChange set = listener.changes.get(0);
    assertThat(set.value(Integer.class)).contains(1);
    assertThat(set.entry(Integer.class).orElseThrow().updatedBy()).contains("ann");
    assertThat(set.entry(Integer.class).map(KVEntry::etag)).isEqualTo(set.etag());
    assertThatThrownBy(() -> set.value(String.class)).isInstanceOf(TypeMismatchException.class);
    KVChange setToNull = listener.changes.get(1);
    assertThat(setToNull.value(Integer.class)).isEmpty();
    assertThat(setToNull.entry(Integer.class).orElseThrow().value()).isNull();
    assertThat(listener.changes.get(2).entry(Integer.class)).isEmpty();
  }

  @Test
  default void withoutValues_aChangeHasNone() {
    Listener listener = new Listener();
    store().watch("k", listener);
    listener.hears("ready");
    store().set("k", 1);
    listener.hears("ready", "k=v1");
    assertThatThrownBy(() -> listener.changes.get(0).value(Integer.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("withValues");
  }

  @Test
  default void onChange_tellsTheValues() {
    List<KVItemChange<Integer>> changes = new CopyOnWriteArrayList<>();
    store().item("k", Integer.class).withDefault(3).onChange(changes::add);
    store().set("k", 4);
    await()
        .untilAsserted(() -> assertThat(changes).extracting(KVItemChange::value).endsWith(4));
    store().delete("k");

    await()
        .untilAsserted(() -> assertThat(changes).extracting(KVItemChange::value).endsWith(3));
  }

  @Test
  default void closed_hearsNothingMore() {
    Listener closed = new Listener();
    Listener open = new Listener();
    KVSubscription subscription = store().watch("k", closed);
    store().watch("k", open);
    closed.hears("ready");
    open.hears("ready");
    subscription.close();
    store().set("k", 1);

    open.hears("ready", "k=v1");
    assertThat(closed.calls).containsExactly("ready");
  }

  @Test
  default void reset_afterATooFullQueue_isFollowedByReady() {
    CountDownLatch gate = new CountDownLatch(1);
    Listener slow = new Listener() {
      @Override
      public void changed(KVChange change) {
        super.changed(change);
        try {
          gate.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    };
    Listener quick = new Listener();
    store().watchAll("", slow, WatchOptions.DEFAULT.queueCapacity(2));
    store().watchAll("", quick);
    slow.hears("ready");
    quick.hears("ready");
    for (int i = 0; i < 10; i++) {
      store().set("k", i);
    }
    await().untilAsserted(() -> assertThat(quick.changes).hasSize(10));
    gate.countDown();

    await().untilAsserted(() -> assertThat(slow.calls).containsSequence("reset", "ready"));
  }
}
