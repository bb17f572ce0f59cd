package dev.kvstore.internal.watch;

import dev.kvstore.KVEntry;
import dev.kvstore.ReadOptions;
import dev.kvstore.spi.Interest;
import dev.kvstore.spi.RawValue;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Lets somebody read again what has changed; now and then where the store does not tell. */
final class FollowingWatch extends RereadingWatch {
  /** As old as things are at most by default where the database cannot tell of changes. */
  private static final Duration POLL = Duration.ofSeconds(5);

  /** Whoever waits is not let go before, even if it was closed. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  private final Refresh refresh;
  private final Later later;
  private volatile boolean polling;
  private volatile @Nullable Object timer;

  FollowingWatch(
      String subject,
      Interest interest,
      Refresh refresh,
      Executor executor,
      Later later,
      Rereads rereads,
      Consumer<Watch> whenClosed) {
    super(subject, interest, executor, later, rereads, whenClosed);
    this.refresh = refresh;
    this.later = later;
  }

  @Override
  void cannotHear(UnsupportedOperationException refusal) {
    polling = true;
    readAfter(POLL);
  }

  @Override
  Optional<String> key() {
    return Optional.empty();
  }

  @Override
  boolean knows(Map<String, KVEntry<RawValue>> found) {
    return false;
  }

  @Override
  void read(ReadOptions options, boolean byHand) {
    Duration next = refresh.refresh(options);
    if (polling) {
      readAfter(next == null ? POLL : least(next, POLL));
    } else if (next != null) {
      readAfter(least(next, LONGEST_WAIT));
    }
  }

  private void readAfter(Duration time) {
    Object mine = new Object();
    timer = mine; // the only one that counts
    later.run(
        () -> {
          if (timer == mine) {
            runner().wake();
          }
        },
        time);
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
