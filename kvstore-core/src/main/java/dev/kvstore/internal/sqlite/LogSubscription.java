package dev.kvstore.internal.sqlite;

import dev.kvstore.internal.watch.GuardedSink;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.util.function.Consumer;

/** A sink and how far it has been told. All but {@link #close} is for the feed's thread alone. */
final class LogSubscription implements FeedSubscription {
  private final String store;
  private final GuardedSink sink;
  private final Consumer<LogSubscription> whenClosed;
  private long position;
  private boolean live;
  private boolean answered;

  /** @param from the sink knows everything up to here */
  LogSubscription(String store, ChangeSink sink, long from, Consumer<LogSubscription> whenClosed) {
    this.store = store;
    this.sink = new GuardedSink(store, sink);
    this.position = from;
    this.whenClosed = whenClosed;
  }

  String store() {
    return store;
  }

  long position() {
    return position;
  }

  /** From here on the sink misses nothing. */
  void positioned(long at) {
    position = at;
    live = true;
    answered = false;
    sink.tell(to -> to.positioned(at));
  }

  boolean isLive() {
    return live;
  }

  /** What is between the sink's position and this is not known any more, or of no use. */
  void restart(long at) {
    sink.tell(ChangeSink::missed);
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
    boolean told = sink.tell(to -> to.changed(news.changes(), news.upTo()));
    // Not before: if anything fails on the way, it is told again.
    position = news.upTo();
    answered = true;
    if (!told) {
      // What it has made of the changes nobody knows.
      restart(position);
    }
  }

  @Override
  public void close() {
    if (sink.close()) {
      whenClosed.accept(this);
    }
  }
}
