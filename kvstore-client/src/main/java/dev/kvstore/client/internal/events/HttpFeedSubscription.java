package dev.kvstore.client.internal.events;

import dev.kvstore.internal.watch.GuardedSink;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.util.List;
import java.util.function.Consumer;

/**
 * A sink and the position up to which it was served. All methods except {@link #close} are confined
 * to the loop that serves it.
 */
final class HttpFeedSubscription extends GuardedSink {
  private final long subscribedAt = System.nanoTime();
  private boolean expectsMore;

  /**
   * @param resumes true if it knows everything up to its position and expects the changes after it
   */
  HttpFeedSubscription(
      String store, ChangeSink sink, boolean resumes, Consumer<FeedSubscription> whenClosed) {
    super(store, sink, 0, whenClosed);
    this.expectsMore = resumes;
  }

  /** Returns true if it was subscribed at this {@link System#nanoTime}. */
  boolean isSubscribedAt(long nanoTime) {
    return nanoTime - subscribedAt >= 0;
  }

  /** Reports that the sink misses nothing from this position on. */
  void begin(long at) {
    position = at;
    live = true;
    expectsMore = true;
    tell(to -> to.positionedUnproved(at));
  }

  void missed() {
    live = false;
    if (expectsMore) {
      expectsMore = false;
      tell(ChangeSink::missed);
    }
  }

  void changed(List<Change> changes, long upTo) {
    position = Math.max(position, upTo);
    tellOrBegin(to -> to.catchingUp(changes, position));
  }

  void current(long upTo, long asOf) {
    position = Math.max(position, upTo);
    tellOrBegin(to -> to.current(position, asOf));
  }

  private void tellOrBegin(Consumer<ChangeSink> call) {
    if (!tell(call)) {
      // The sink failed, so it is unknown what it has applied.
      missed();
      begin(position);
    }
  }
}
