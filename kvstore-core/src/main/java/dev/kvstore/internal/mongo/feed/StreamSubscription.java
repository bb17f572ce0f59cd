package dev.kvstore.internal.mongo.feed;

import dev.kvstore.internal.watch.GuardedSink;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A sink and how far it has been told. Everything but {@link #close} is called by the one thread
 * that serves it at that time.
 */
final class StreamSubscription extends GuardedSink {
  /** The position of a sink that is told of what happens from now on. */
  static final long NOW = -1;

  /** @param from up to where the sink knows everything, or wants to begin, or {@link #NOW} */
  StreamSubscription(
      String store, ChangeSink sink, long from, Consumer<FeedSubscription> whenClosed) {
    super(store, sink, from, whenClosed);
  }

  /** From here on the sink misses nothing. */
  void positioned(long at) {
    position = Math.max(position, at);
    live = true;
    tell(to -> to.positioned(position));
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
    Consumer<ChangeSink> call =
        more ? to -> to.catchingUp(news, position) : to -> to.changed(news, position);
    if (!tell(call)) {
      // What it has made of the changes nobody knows.
      missed();
      positioned(position);
    }
  }

  /** The sink may have missed something, and is to begin anew. */
  void missed() {
    if (live || position != NOW) {
      live = false;
      tell(ChangeSink::missed);
    }
  }

  /** Like {@link #missed}, where what comes next may be of an earlier time, or of none. */
  void restart() {
    missed();
    position = NOW;
  }
}
