package dev.kvstore.client.internal.events;

import dev.kvstore.internal.watch.GuardedSink;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.util.List;
import java.util.function.Consumer;

/** A sink and how far it has been told. All but {@link #close} is for the loop that serves it. */
final class HttpFeedSubscription implements FeedSubscription {
  private final GuardedSink sink;
  private final Consumer<HttpFeedSubscription> whenClosed;
  private final long subscribedAt = System.nanoTime();
  private boolean expectsMore;
  private boolean live;
  private long position;

  /** @param resumes whether it knows all up to some position, and expects what came after */
  HttpFeedSubscription(
      String store, ChangeSink sink, boolean resumes, Consumer<HttpFeedSubscription> whenClosed) {
    this.sink = new GuardedSink(store, sink);
    this.expectsMore = resumes;
    this.whenClosed = whenClosed;
  }

  boolean isLive() {
    return live;
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
    sink.tell(to -> to.positionedUnproved(at));
  }

  void missed() {
    live = false;
    if (expectsMore) {
      expectsMore = false;
      sink.tell(ChangeSink::missed);
    }
  }

  void changed(List<Change> changes, long upTo) {
    position = Math.max(position, upTo);
    tell(to -> to.catchingUp(changes, position));
  }

  void current(long upTo, long asOf) {
    position = Math.max(position, upTo);
    tell(to -> to.current(position, asOf));
  }

  private void tell(Consumer<ChangeSink> call) {
    if (!sink.tell(call)) {
      // What it has made of the call nobody knows.
      missed();
      begin(position);
    }
  }

  @Override
  public void close() {
    if (sink.close()) {
      whenClosed.accept(this);
    }
  }
}
