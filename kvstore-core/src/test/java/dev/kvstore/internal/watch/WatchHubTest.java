package dev.kvstore.internal.watch;

import static dev.kvstore.internal.watch.FakeStore.delete;
import static dev.kvstore.internal.watch.FakeStore.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVSubscription;
import dev.kvstore.KVType;
import dev.kvstore.KVWatcher;
import dev.kvstore.SyncToken;
import dev.kvstore.WatchOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.Interest;
import dev.kvstore.spi.RawValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchHubTest {
  private final FakeStore store = new FakeStore();
  private final BsonCodec codec = BsonCodec.create();
  private final WatchHub hub = WatchHub.of(store);
  private final RecordingWatcher watcher = new RecordingWatcher();

  @AfterEach
  void close() {
    hub.close();
    assertThat(store.sinks).isEmpty();
  }

  private KVSubscription watch(RecordingWatcher by) {
    return watch(Interest.ALL, by, WatchOptions.DEFAULT);
  }

  private KVSubscription watch(Interest interest, KVWatcher by, WatchOptions options) {
    return hub.watch(interest, by, options, this::typed);
  }

  private <T> KVEntry<T> typed(KVEntry<RawValue> raw, KVType<T> type) {
    return raw.withValue(codec.decode(raw.key(), Objects.requireNonNull(raw.value()), type));
  }

  private static void awaitCalls(RecordingWatcher watcher, String... calls) {
    await().untilAsserted(() -> assertThat(watcher.calls).containsExactly(calls));
  }

  @Test
  void close_oneWatchFailsToClose_closesTheOthersToo() {
    WatchHub failing = WatchHub.of(store);
    Interest all = Interest.ALL;
    failing.follow("a", all, options -> null, () -> {
      throw new IllegalStateException("injected a");
    });
    failing.follow("b", all, options -> null, () -> {
      throw new StackOverflowError();
    });
    failing.watch(all, watcher, WatchOptions.DEFAULT, this::typed);
    assertThatThrownBy(failing::close)
        .isInstanceOfAny(IllegalStateException.class, StackOverflowError.class)
        .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
    assertThat(store.sinks).isEmpty();
  }

  @Test
  void watch_all_isToldOfEverything_inOrder() {
    watch(watcher);
    store.positioned(10);
    store.changed(set("a", 1, 11), delete("a", 12), set("b", 7, 13));
    store.changed(new Change(KVChange.Kind.EXPIRE, "b", 0, null, 14));
    awaitCalls(watcher, "ready 10", "a=v1", "a deleted", "b=v7", "b expired");
  }

  @Test
  void watch_key_isToldOfThatAlone() {
    watch(Interest.key("a"), watcher, WatchOptions.DEFAULT);
    store.changed(set("ab", 1, 11), set("a", 2, 12), set("b", 3, 13));
    awaitCalls(watcher, "a=v2");
  }

  @Test
  void watch_prefix_isToldOfItsKeys() {
    watch(Interest.prefix("ui."), watcher, WatchOptions.DEFAULT);
    store.changed(set("ui", 1, 11), set("ui.a", 2, 12), set("ui.b", 3, 13));
    awaitCalls(watcher, "ui.a=v2", "ui.b=v3");
  }

  @Test
  void change_tellsVersionEtagAndPosition() {
    AtomicReference<KVChange> told = new AtomicReference<>();
    watch(Interest.ALL, KVWatcher.of(told::set, position -> {}), WatchOptions.DEFAULT);
    store.changed(set("a", 5, 11));
    await().until(() -> told.get() != null);
    KVChange change = Objects.requireNonNull(told.get());
    assertThat(change.kind()).isEqualTo(KVChange.Kind.SET);
    assertThat(change.key()).isEqualTo("a");
    assertThat(change.version()).isEqualTo(5);
    assertThat(change.etag()).contains("etag5");
    assertThat(change.position()).isEqualTo(new SyncToken(11));
    assertThatThrownBy(() -> change.entry(String.class)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void change_byHandWithoutVersion_hasVersion0() {
    watch(watcher);
    store.changed(new Change(KVChange.Kind.SET, "a", Change.UNKNOWN_VERSION, null, 11));
    awaitCalls(watcher, "a=v0");
  }

  @Test
  void watch_from_isSubscribedFromThere() {
    watch(Interest.ALL, watcher, WatchOptions.from(new SyncToken(7)));
    watch(new RecordingWatcher());
    assertThat(store.froms).containsExactly(Optional.of(new SyncToken(7)), Optional.empty());
  }

  @Test
  void missed_isAReset_thatReplacesWhatWaits() {
    RecordingWatcher slow = new RecordingWatcher(0);
    watch(slow);
    store.positioned(10);
    slow.entered.acquireUninterruptibly();
    store.changed(set("a", 1, 11));
    store.missed();
    store.positioned(20);
    slow.proceed(10);
    awaitCalls(slow, "ready 10", "reset", "ready 20");
  }

  @Test
  void slow_getsOneReset_insteadOfWhatOverflowed() {
    RecordingWatcher slow = new RecordingWatcher(0);
    watch(Interest.ALL, slow, WatchOptions.DEFAULT.queueCapacity(10));
    store.positioned(10);
    slow.entered.acquireUninterruptibly();
    for (int i = 1; i <= 1000; i++) {
      store.changed(set("a", i, 10 + i));
    }
    slow.proceed(Integer.MAX_VALUE - 1);
    await().until(() -> slow.calls.contains("a=v1000"));
    assertThat(slow.calls)
        .startsWith("ready 10", "reset")
        .filteredOn("reset"::equals)
        .hasSize(1);
    // The reads when it is ready again and the changes reported after that are complete.
    long ready = Long.parseLong(slow.calls.get(2).substring("ready ".length())) - 10;
    List<String> rest = new ArrayList<>();
    for (long i = ready + 1; i <= 1000; i++) {
      rest.add("a=v" + i);
    }
    assertThat(slow.calls.subList(3, slow.calls.size())).isEqualTo(rest).hasSizeLessThan(10);
  }

  @Test
  void queue_holdsAsMuchAsItMay_withoutReset() {
    RecordingWatcher slow = new RecordingWatcher(0);
    watch(Interest.ALL, slow, WatchOptions.DEFAULT.queueCapacity(10));
    store.positioned(10);
    slow.entered.acquireUninterruptibly();
    for (int i = 1; i <= 10; i++) {
      store.changed(set("a", i, 10 + i));
    }
    slow.proceed(100);
    await().until(() -> slow.calls.size() == 11);
    assertThat(slow.calls).doesNotContain("reset");
  }

  @Test
  void slow_doesNotHoldUpTheOthers() {
    List<RecordingWatcher> slow = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      slow.add(new RecordingWatcher(0));
    }
    slow.forEach(this::watch);
    watch(watcher);
    store.changed(set("a", 1, 11), set("a", 2, 12));
    awaitCalls(watcher, "a=v1", "a=v2");
    slow.forEach(one -> one.proceed(100));
  }

  @Test
  void watcher_thatThrows_isToldOfTheNext() {
    List<String> told = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(3);
    watch(
        Interest.ALL,
        KVWatcher.of(
            change -> {
              told.add(change.key());
              done.countDown();
              if (change.key().equals("b")) {
                throw new AssertionError("a bug");
              }
              throw new IllegalStateException("a bug");
            },
            position -> {}),
        WatchOptions.DEFAULT);
    store.changed(set("a", 1, 11), set("b", 1, 12), set("c", 1, 13));
    await().until(() -> done.getCount() == 0);
    assertThat(told).containsExactly("a", "b", "c");
  }

  @Test
  void close_waitsForTheRunningCall_andNoneComesAfter() {
    RecordingWatcher slow = new RecordingWatcher(0);
    KVSubscription subscription = watch(slow);
    store.changed(set("a", 1, 11), set("a", 2, 12));
    slow.entered.acquireUninterruptibly();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(subscription::close);
    await().until(() -> store.sinks.isEmpty());
    assertThat(closing).isNotDone();
    slow.proceed(10);
    assertThat(closing).succeedsWithin(Duration.ofSeconds(10));
    subscription.close();
    assertThat(slow.calls).containsExactly("a=v1");
  }

  @Test
  void close_interrupted_stillWaits_andKeepsTheInterrupt() {
    RecordingWatcher slow = new RecordingWatcher(0);
    KVSubscription subscription = watch(slow);
    store.changed(set("a", 1, 11));
    slow.entered.acquireUninterruptibly();
    CompletableFuture<Boolean> closing = CompletableFuture.supplyAsync(() -> {
      Thread.currentThread().interrupt();
      subscription.close();
      return Thread.interrupted();
    });
    await().until(() -> store.sinks.isEmpty());
    assertThat(closing).isNotDone();
    slow.proceed(10);
    assertThat(closing.join()).isTrue();
  }

  @Test
  void close_withinACall_returns() {
    AtomicReference<KVSubscription> own = new AtomicReference<>();
    List<String> told = new ArrayList<>();
    CountDownLatch closed = new CountDownLatch(1);
    own.set(watch(
        Interest.ALL,
        KVWatcher.of(
            change -> {
              told.add(change.key());
              Objects.requireNonNull(own.get()).close();
              closed.countDown();
            },
            position -> {}),
        WatchOptions.DEFAULT));
    store.changed(set("a", 1, 11), set("b", 1, 12));
    await().until(() -> closed.getCount() == 0);
    hub.close(); // waits for the call
    assertThat(told).containsExactly("a");
  }

  @Test
  void close_hubWithinACall_returns() {
    CountDownLatch closed = new CountDownLatch(1);
    watch(
        Interest.ALL,
        KVWatcher.of(
            change -> {
              hub.close();
              closed.countDown();
            },
            position -> {}),
        WatchOptions.DEFAULT);
    store.changed(set("a", 1, 11));
    await().until(() -> closed.getCount() == 0);
  }

  @Test
  void watch_afterClose_isRefused() {
    hub.close();
    hub.close();
    assertThatThrownBy(() -> watch(watcher))
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
  }

  @Test
  void queue_withoutAPlace_isRefused() {
    assertThatThrownBy(() -> WatchOptions.DEFAULT.queueCapacity(0))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void changes_tenThousandInBursts_areAllTold_inOrderPerKey() {
    watch(Interest.ALL, watcher, WatchOptions.DEFAULT.queueCapacity(20_000));
    Random random = new Random(1);
    Map<String, Long> versions = new HashMap<>();
    List<String> expected = new ArrayList<>();
    store.positioned(0);
    expected.add("ready 0");
    long position = 0;
    while (position < 10_000) {
      Change[] burst = new Change[1 + random.nextInt(50)];
      for (int i = 0; i < burst.length; i++) {
        String key = "k" + random.nextInt(20);
        burst[i] = set(key, versions.merge(key, 1L, Long::sum), ++position);
        expected.add(key + "=v" + burst[i].version());
      }
      store.changed(burst);
    }
    await().until(() -> watcher.calls.size() >= expected.size());
    assertThat(watcher.calls).isEqualTo(expected);
  }
}
