package dev.kvstore.internal.mongo.feed;

import dev.kvstore.internal.watch.GuardedSink;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A sink and the position up to which it was served. All methods except {@link #close} are called
 * by the one thread that currently serves it.
 */
final class StreamSubscription extends GuardedSink {
  /** The position of a sink that starts now. */
  static final long NOW = -1;

  /** @param from the position up to which the sink knows everything, or {@link #NOW} */
  StreamSubscription(
      String store, ChangeSink sink, long from, Consumer<FeedSubscription> whenClosed) {
    super(store, sink, from, whenClosed);
  }

  /** Reports that the sink misses nothing from this position on. */
  void positioned(long at) {
    position = Math.max(position, at);
    live = true;
    tell(to -> to.positioned(position));
  }

  /**
   * Reports the changes that the sink does not know yet, and that there are no others up to this
   * position.
   *
   * @param more true if the source has more to report
   */
  void changed(List<Change> changes, long upTo, boolean more) {
    List<Change> news = new ArrayList<>(changes);
    // Report a change at the same position again: other changes may have happened at the same time.
    news.removeIf(change -> change.position() < position);
    position = Math.max(position, upTo);
    Consumer<ChangeSink> call =
        more ? to -> to.catchingUp(news, position) : to -> to.changed(news, position);
    if (!tell(call)) {
      // The sink failed, so it is unknown which changes it has applied.
      missed();
      positioned(position);
    }
  }

  /** Reports that changes may have been missed, after which the sink starts over. */
  void missed() {
    if (live || position != NOW) {
      live = false;
      tell(ChangeSink::missed);
    }
  }

  /** Like {@link #missed}, if the next position may be an earlier one or none. */
  void restart() {
    missed();
    position = NOW;
  }
}
