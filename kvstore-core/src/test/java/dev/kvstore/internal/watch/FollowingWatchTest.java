package dev.kvstore.internal.watch;

import static dev.kvstore.internal.watch.FakeStore.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVSubscription;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.Interest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Runs on the test's own thread: work waits until the test runs it. */
class FollowingWatchTest {
  private final FakeStore store = new FakeStore();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final ArrayDeque<Runnable> delayed = new ArrayDeque<>();
  private final List<Duration> delays = new ArrayList<>();
  private final List<ReadOptions> reads = new ArrayList<>();
  private @Nullable Duration next;
  private @Nullable RuntimeException failure;

  private KVSubscription follow(FakeStore of) {
    WatchHub hub = new WatchHub(of, tasks::add, this::later, () -> {});
    return hub.follow("it", Interest.prefix("a."), this::refresh, () -> {});
  }

  private void later(Runnable work, Duration after) {
    delayed.add(work);
    delays.add(after);
  }

  private @Nullable Duration refresh(ReadOptions options) {
    reads.add(options);
    if (failure != null) {
      throw failure;
    }
    return next;
  }

  private void run() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  @Test
  void changes_ofInterest_areReadOnce_notBeforeTheLast() {
    follow(store);
    store.positioned(10);
    store.changed(set("a.x", 1, 11), set("b", 1, 12));
    store.changed(set("a.y", 1, 13));
    run();
    store.changed(set("b", 2, 14));
    run();
    assertThat(reads).containsExactly(ReadOptions.atLeast(new SyncToken(13)));
    assertThat(delayed).isEmpty();
  }

  @Test
  void failed_isReadAgainAfterAWhile() {
    follow(store);
    failure = new UnavailableException("down", null);
    store.positioned(10);
    run();
    failure = null;
    delayed.remove().run();
    run();
    assertThat(reads).hasSize(2);
    assertThat(delayed).isEmpty();
  }

  @Test
  void expiry_isReadInTime_andOnlyTheLastTimerCounts() {
    follow(store);
    next = Duration.ofSeconds(3);
    store.positioned(10);
    run();
    next = Duration.ofDays(30);
    store.changed(set("a.x", 1, 11));
    run();
    assertThat(delays).containsExactly(Duration.ofSeconds(3), Duration.ofMinutes(10));
    delayed.remove().run();
    run();
    assertThat(reads).hasSize(2);
    delayed.remove().run();
    run();
    assertThat(reads).hasSize(3);
  }

  @Test
  void store_thatCannotTell_isReadEveryFewSeconds() {
    FakeStore mute = new FakeStore() {
      @Override
      public FeedSubscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
        throw new UnsupportedOperationException("cannot tell");
      }
    };
    KVSubscription watch = follow(mute);
    for (int i = 1; i <= 3; i++) {
      delayed.remove().run();
      run();
      assertThat(reads).hasSize(i).last().isEqualTo(ReadOptions.DEFAULT.bypassingCache());
      assertThat(delayed).hasSize(1);
    }
    watch.close();
    delayed.remove().run();
    run();
    assertThat(reads).hasSize(3);
    assertThat(delays).containsOnly(Duration.ofSeconds(5));
  }
}
