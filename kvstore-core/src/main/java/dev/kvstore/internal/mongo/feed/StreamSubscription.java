package dev.kvstore.internal.mongo.feed;

import dev.kvstore.internal.watch.GuardedSink;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.Interest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A sink and how far it has been told. Everything but {@link #close} is called by the one thread
 * that serves it at that time.
 */
final class StreamSubscription implements FeedSubscription {
  /** The position of a sink that is told of what happens from now on. */
  static final long NOW = -1;

  private final String store;
  private final GuardedSink sink;
  private final Consumer<StreamSubscription> whenClosed;
  private long position;
  private boolean live;

  StreamSubscription(
      String store, ChangeSink sink, long from, Consumer<StreamSubscription> whenClosed) {
    this.store = store;
    this.sink = new GuardedSink(store, sink);
    this.position = from;
    this.whenClosed = whenClosed;
  }

  String store() {
    return store;
  }

  /** Returns up to where the sink knows everything, or wants to begin, or {@link #NOW}. */
  long position() {
    return position;
  }

  boolean isLive() {
    return live;
  }

  boolean isClosed() {
    return sink.isClosed();
  }

  /** Returns what the sink wants to hear of, or null if it failed to say. */
  @Nullable
  Interest interest() {
    return sink.interest();
  }

  /** From here on the sink misses nothing. */
  void positioned(long at) {
    position = Math.max(position, at);
    live = true;
    sink.tell(to -> to.positioned(position));
  }

  /**
   * Tells of those changes that the sink does not know yet, and that there is nothing else up to
   * that position.
   *
   * @param more whether the source has more to tell
   */
  void changed(List<Change> changes, long upTo, boolean more) {
    List<Change> news = new ArrayList<>(changes);
    // A change at the very position is told again: others may have happened at that same time.
    news.removeIf(change -> change.position() < position);
    position = Math.max(position, upTo);
    Consumer<ChangeSink> tell =
        more ? to -> to.catchingUp(news, position) : to -> to.changed(news, position);
    if (!sink.tell(tell)) {
      // What it has made of the changes nobody knows.
      missed();
      positioned(position);
    }
  }

  /** The sink may have missed something, and is to begin anew. */
  void missed() {
    if (live || position != NOW) {
      live = false;
      sink.tell(ChangeSink::missed);
    }
  }

  /** As {@link #missed}, where what comes next may be of an earlier time, or of none. */
  void restart() {
    missed();
    position = NOW;
  }

  @Override
  public void close() {
    if (sink.close()) {
      whenClosed.accept(this);
    }
  }
}
