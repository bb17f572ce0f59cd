package dev.kvstore.internal.watch;

import dev.kvstore.ReadOptions;
import dev.kvstore.spi.Interest;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls a function to reread entries after a change, or periodically if the store has no change
 * feed.
 */
final class FollowingWatch extends RereadingWatch {
  /** The polling interval for a store without a change feed. */
  private static final Duration POLL = Duration.ofSeconds(5);

  /** The maximum delay of a timer, which is not released earlier even if the watch is closed. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  private final Function<ReadOptions, @Nullable Duration> refresh;
  private final Runnable whenClosed;
  private volatile boolean polling;
  private volatile @Nullable Object timer;

  FollowingWatch(
      WatchHub hub,
      String subject,
      Interest interest,
      Function<ReadOptions, @Nullable Duration> refresh,
      Runnable whenClosed) {
    super(hub, subject, interest);
    this.refresh = refresh;
    this.whenClosed = whenClosed;
  }

  @Override
  void ended() {
    whenClosed.run();
  }

  @Override
  void cannotHear(UnsupportedOperationException refusal) {
    polling = true;
    readAfter(POLL);
  }

  @Override
  void read(ReadOptions options, boolean byHand) {
    Duration next = refresh.apply(options);
    if (polling) {
      readAfter(next == null ? POLL : least(next, POLL));
    } else if (next != null) {
      readAfter(least(next, LONGEST_WAIT));
    }
  }

  private void readAfter(Duration time) {
    Object mine = new Object();
    timer = mine; // replaces any earlier timer
    hub.later.run(
        () -> {
          if (timer == mine) {
            runner.wake();
          }
        },
        time);
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
