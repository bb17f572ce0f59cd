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
 * Tells sinks what the change log says, on a thread of its own from the first subscription on. No
 * write waits for a sink: one that is slower than the log is long has to begin anew. Thread-safe.
 */
final class ChangeFeed extends ServiceThread {
  /** How often a sink hears that all is well: several times within what a near-cache tolerates. */
  static final Duration BEAT = Duration.ofMillis(500);

  private static final Duration UNTIL_WOKEN = Duration.ofDays(1);

  private final ChangeLog changes;
  private final SqlErrors errors;
  private final Duration beat;
  private final Set<LogSubscription> subscribers = ConcurrentHashMap.newKeySet();
  private boolean started; // guarded by this
  private long nextBeat = System.nanoTime(); // of the thread alone

  /** What several sinks have in common. */
  private record Start(String store, long position) {}

  ChangeFeed(ChangeLog changes, SqlErrors errors, Duration beat) {
    super("kvstore-sqlite-changes", "telling of changes in a database file");
    this.changes = changes;
    this.errors = errors;
    this.beat = beat;
  }

  /** Like {@link dev.kvstore.spi.EntryStore#subscribe}, for the store of that name. */
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

  /** Ends every subscription, and waits a while for the thread. Idempotent. */
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
      // The position moves even if nothing happens: what is held can be trusted for longer.
      changes.moveOn();
    }
    if (!tell(due)) {
      boolean idle = subscribers.isEmpty();
      pause(idle ? UNTIL_WOKEN : Duration.ofNanos(nextBeat - System.nanoTime()));
    }
  }

  /** Tells every sink one thing, and returns whether there is more to tell. */
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
      // What happened since is read when this has returned, for the answer to be a fresh one.
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
