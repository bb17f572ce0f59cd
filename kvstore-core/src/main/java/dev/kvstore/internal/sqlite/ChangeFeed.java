package dev.kvstore.internal.sqlite;

import dev.kvstore.SyncToken;
import dev.kvstore.internal.support.Guard;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells sinks what the change log says, on a thread of its own from the first subscription on. No
 * write waits for a sink: one that is slower than the log is long has to begin anew. Thread-safe.
 */
final class ChangeFeed {
  /** How often a sink hears that all is well: several times within what a near-cache tolerates. */
  static final Duration BEAT = Duration.ofMillis(500);

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(ChangeFeed.class);

  private final Guard guard = new Guard(log, "telling of changes in a database file");
  private final ChangeLog changes;
  private final SqlErrors errors;
  private final Duration beat;
  private final Set<LogSubscription> subscribers = ConcurrentHashMap.newKeySet();
  private final Thread thread;
  private volatile boolean closed;
  private boolean started; // guarded by this
  private long nextBeat = System.nanoTime(); // of the thread alone

  /** What several sinks have in common. */
  private record Start(String store, long position) {}

  ChangeFeed(ChangeLog changes, SqlErrors errors, Duration beat) {
    this.changes = changes;
    this.errors = errors;
    this.beat = beat;
    this.thread = new Thread(this::run, "kvstore-sqlite-changes");
    thread.setDaemon(true);
  }

  /** As {@link dev.kvstore.spi.EntryStore#subscribe}, for the store of that name. */
  FeedSubscription subscribe(String store, ChangeSink sink, @Nullable SyncToken from) {
    LogSubscription subscriber =
        new LogSubscription(store, sink, changes.start(from), subscribers::remove);
    synchronized (this) {
      if (closed) {
        throw errors.closed();
      }
      if (!started) {
        thread.start();
        started = true;
      }
      subscribers.add(subscriber);
    }
    wake();
    return subscriber;
  }

  /** There are changes in the log. */
  void wake() {
    LockSupport.unpark(thread);
  }

  /** Ends every subscription, and waits a while for the thread. Idempotent. */
  void close() throws InterruptedException {
    synchronized (this) {
      closed = true;
    }
    subscribers.forEach(LogSubscription::close);
    wake();
    if (thread != Thread.currentThread()) {
      thread.join(PATIENCE.toMillis());
    }
  }

  boolean isAlive() {
    return thread.isAlive();
  }

  private void run() {
    while (!closed) {
      if (!guard.run(this::step)) {
        LockSupport.parkNanos(this, beat.toNanos());
      }
    }
  }

  private void step() {
    boolean due = nextBeat - System.nanoTime() <= 0;
    if (due) {
      nextBeat = System.nanoTime() + beat.toNanos();
      // The position moves even if nothing happens: what is held can be trusted for longer.
      changes.moveOn();
    }
    if (!tell(due)) {
      pause(nextBeat - System.nanoTime());
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

  private void pause(long nanos) {
    if (subscribers.isEmpty()) {
      LockSupport.park(this);
    } else {
      LockSupport.parkNanos(this, nanos);
    }
    // The thread is our own: whoever interrupted it meant another.
    Thread.interrupted();
  }
}
