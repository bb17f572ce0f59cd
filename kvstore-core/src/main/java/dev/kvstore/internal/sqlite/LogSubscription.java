package dev.kvstore.internal.sqlite;

import dev.kvstore.internal.watch.GuardedSink;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.util.function.Consumer;

/**
 * A sink and the position up to which it was served. All methods except {@link #close} are confined
 * to the feed's thread.
 */
final class LogSubscription extends GuardedSink {
  private boolean answered;

  /** @param from the position up to which the sink knows everything */
  LogSubscription(String store, ChangeSink sink, long from, Consumer<FeedSubscription> whenClosed) {
    super(store, sink, from, whenClosed);
  }

  /** Reports that the sink misses nothing from this position on. */
  void positioned(long at) {
    position = at;
    live = true;
    answered = false;
    tell(to -> to.positioned(at));
  }

  /** Reports missed changes and restarts the sink at this position. */
  void restart(long at) {
    tell(ChangeSink::missed);
    positioned(at);
  }

  /**
   * Reports all changes since the sink's position.
   *
   * @param evenIfNothing true to report even that there were no changes, which the first call
   *     always does
   */
  void changed(ChangeLog.News news, boolean evenIfNothing) {
    if (news.changes().isEmpty() && !evenIfNothing && answered) {
      position = news.upTo();
      return;
    }
    boolean told = tell(to -> to.changed(news.changes(), news.upTo()));
    // Set this last, so that changes are reported again after a failure.
    position = news.upTo();
    answered = true;
    if (!told) {
      // The sink failed, so it is unknown which changes it has applied.
      restart(position);
    }
  }
}
