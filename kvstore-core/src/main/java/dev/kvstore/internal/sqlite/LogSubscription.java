package dev.kvstore.internal.sqlite;

import dev.kvstore.internal.watch.GuardedSink;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.util.function.Consumer;

/** A sink and how far it has been told. All but {@link #close} is for the feed's thread alone. */
final class LogSubscription extends GuardedSink {
  private boolean answered;

  /** @param from the sink knows everything up to here */
  LogSubscription(String store, ChangeSink sink, long from, Consumer<FeedSubscription> whenClosed) {
    super(store, sink, from, whenClosed);
  }

  /** From here on the sink misses nothing. */
  void positioned(long at) {
    position = at;
    live = true;
    answered = false;
    tell(to -> to.positioned(at));
  }

  /** What is between the sink's position and this is not known any more, or of no use. */
  void restart(long at) {
    tell(ChangeSink::missed);
    positioned(at);
  }

  /**
   * Tells the sink of all that happened since its position.
   *
   * @param evenIfNothing whether it is told, too, that nothing did, as it is the first time
   */
  void changed(ChangeLog.News news, boolean evenIfNothing) {
    if (news.changes().isEmpty() && !evenIfNothing && answered) {
      position = news.upTo();
      return;
    }
    boolean told = tell(to -> to.changed(news.changes(), news.upTo()));
    // Not before: if anything fails on the way, it is told again.
    position = news.upTo();
    answered = true;
    if (!told) {
      // What it has made of the changes nobody knows.
      restart(position);
    }
  }
}
