package dev.kvstore.internal.sqlite;

import dev.kvstore.SyncToken;
import dev.kvstore.internal.support.ServiceThread;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the change log to sinks, on its own thread from the first subscription on. Writes never
 * wait for a sink: a sink that falls behind by more than the length of the log must start over.
 * Thread-safe.
 */
final class ChangeFeed extends ServiceThread {
  /**
   * The interval of heartbeats to sinks; several must fit into the staleness bound of a near-cache.
   */
  static final Duration BEAT = Duration.ofMillis(500);

  private static final Duration UNTIL_WOKEN = Duration.ofDays(1);

  private final ChangeLog changes;
  private final SqlErrors errors;
  private final Duration beat;
  private final Set<LogSubscription> subscribers = ConcurrentHashMap.newKeySet();
  private boolean started; // guarded by this
  private long nextBeat = System.nanoTime(); // confined to the thread

  /** A store and position, from which several sinks may read. */
  private record Start(String store, long position) {}

  ChangeFeed(ChangeLog changes, SqlErrors errors, Duration beat) {
    super("kvstore-sqlite-changes", "telling of changes in a database file");
    this.changes = changes;
    this.errors = errors;
    this.beat = beat;
  }

  /**
   * Subscribes a sink to the store of this name, like {@link dev.kvstore.spi.EntryStore#subscribe}.
   */
  FeedSubscription subscribe(String store, ChangeSink sink, @Nullable SyncToken from) {
    LogSubscription subscriber =
        new LogSubscription(store, sink, changes.start(from), subscribers::remove);
    synchronized (this) {
      if (isStopped()) {
        throw errors.closed();
      }
      if (!started) {
        start();
        started = true;
      }
      subscribers.add(subscriber);
    }
    wake();
    return subscriber;
  }

  /** Ends all subscriptions and waits a while for the thread. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      stop();
    }
    subscribers.forEach(LogSubscription::close);
    super.close();
  }

  @Override
  protected void step() {
    boolean due = nextBeat - System.nanoTime() <= 0;
    if (due) {
      nextBeat = System.nanoTime() + beat.toNanos();
      // Advance the position even without changes, so that cached entries stay valid for longer.
      changes.moveOn();
    }
    if (!tell(due)) {
      boolean idle = subscribers.isEmpty();
      pause(idle ? UNTIL_WOKEN : Duration.ofNanos(nextBeat - System.nanoTime()));
    }
  }

  /** Makes one call to every sink. Returns true if there is more to report. */
  private boolean tell(boolean evenIfNothing) {
    Map<Start, ChangeLog.@Nullable News> read = new HashMap<>();
    boolean more = false;
    for (LogSubscription subscriber : subscribers) {
      ChangeLog.News news = read.computeIfAbsent(
          new Start(subscriber.store(), subscriber.position()),
          start -> changes.after(start.store, start.position));
      if (news != null && news.droppedAt() == 0 && subscriber.isLive()) {
        subscriber.changed(news, evenIfNothing);
        continue;
      }
      // Read later changes only after this call has returned, so that the answer proves freshness.
      more = true;
      if (news == null) {
        subscriber.restart(changes.published());
      } else if (news.droppedAt() == 0) {
        subscriber.positioned(subscriber.position());
      } else {
        subscriber.restart(news.droppedAt());
      }
    }
    return more;
  }
}
