package dev.kvstore.internal.watch;

import dev.kvstore.KVSubscription;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.Interest;

/**
 * A watch: buffers the reports of a feed, so that the feed never waits, and handles them on a
 * runner.
 */
abstract class Watch implements ChangeSink, KVSubscription {
  final WatchHub hub;
  final SerialRunner runner;
  private final Interest interest;
  private FeedSubscription source = () -> {};
  private boolean closed;

  Watch(WatchHub hub, Interest interest) {
    this.hub = hub;
    this.interest = interest;
    this.runner = new SerialRunner(hub, this::work);
  }

  /** Handles all pending reports. Called on the runner. */
  abstract void work();

  /** Called after the watch was closed, possibly several times. */
  void ended() {}

  @Override
  public final Interest interest() {
    return interest;
  }

  /** Sets the subscription, which may already have reported something. */
  final void hears(FeedSubscription subscription) {
    synchronized (this) {
      if (!closed) {
        source = subscription;
        return;
      }
    }
    subscription.close(); // the first call has already closed this watch
  }

  /** Called if the store has no change feed. */
  void cannotHear(UnsupportedOperationException refusal) {
    throw refusal;
  }

  @Override
  public final void close() {
    FeedSubscription open;
    synchronized (this) {
      closed = true;
      open = source;
    }
    Closing.all(open::close, runner::close, () -> hub.forget(this), this::ended);
  }
}
