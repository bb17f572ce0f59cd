package dev.kvstore.client.internal.events;

import dev.kvstore.internal.watch.GuardedSink;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.util.List;
import java.util.function.Consumer;

/** A sink and how far it has been told. All but {@link #close} is for the loop that serves it. */
final class HttpFeedSubscription extends GuardedSink {
  private final long subscribedAt = System.nanoTime();
  private boolean expectsMore;

  /** @param resumes whether it knows all up to some position, and expects what came after */
  HttpFeedSubscription(
      String store, ChangeSink sink, boolean resumes, Consumer<FeedSubscription> whenClosed) {
    super(store, sink, 0, whenClosed);
    this.expectsMore = resumes;
  }

  /** Whether it was there at that time, one of {@link System#nanoTime}. */
  boolean isSubscribedAt(long nanoTime) {
    return nanoTime - subscribedAt >= 0;
  }

  /** From here on the sink misses nothing. */
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
      // What it has made of the call nobody knows.
      missed();
      begin(position);
    }
  }
}
