package dev.kvstore.http.auth;

import dev.kvstore.http.auth.TokenStorage.ChangeSignal;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.FeedSubscription;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/** Follows the change feed of the store with the tokens. Thread-safe. */
final class TokenChanges implements ChangeSink, ChangeSignal {
  /** The maximum age of the last answer of a live feed, which answers several times within it. */
  static final Duration LIVE = Duration.ofSeconds(2);

  private final Runnable action;
  private final LongSupplier nanoTime;
  private final FeedSubscription subscription;

  /** When the feed last proved that it is up to date. */
  private volatile long provedAt;

  private volatile boolean positioned;

  TokenChanges(EntryStore store, Runnable action, LongSupplier nanoTime) {
    this.action = action;
    this.nanoTime = nanoTime;
    this.subscription = store.subscribe(this, null);
  }

  @Override
  public boolean isLive() {
    return positioned && nanoTime.getAsLong() - provedAt <= LIVE.toNanos();
  }

  /** Triggers a read, because earlier changes were not reported. */
  @Override
  public void positioned(long position) {
    action.run();
    proved();
    positioned = true;
  }

  @Override
  public void changed(List<Change> changes, long position) {
    catchingUp(changes, position);
    proved();
  }

  @Override
  public void catchingUp(List<Change> changes, long position) {
    if (!changes.isEmpty()) {
      action.run();
    }
  }

  @Override
  public void current(long position, long asOf) {
    proved();
  }

  @Override
  public void missed() {
    positioned = false;
    action.run();
  }

  private void proved() {
    provedAt = nanoTime.getAsLong();
  }

  @Override
  public void close() {
    subscription.close();
  }
}
