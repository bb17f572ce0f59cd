package dev.kvstore.internal.watch;

import dev.kvstore.KVSubscription;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.Interest;

/** Buffers what a feed reports, so that it never waits, and passes it on by a runner. */
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

  /** Tells all there is to tell, on the runner. */
  abstract void work();

  /** Called once this is closed; perhaps repeatedly. */
  void ended() {}

  @Override
  public final Interest interest() {
    return interest;
  }

  /** Says where this hears from; that may already have told it something. */
  final void hears(FeedSubscription subscription) {
    synchronized (this) {
      if (!closed) {
        source = subscription;
        return;
      }
    }
    subscription.close(); // closed by its first call
  }

  /** The store cannot tell of changes. */
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
