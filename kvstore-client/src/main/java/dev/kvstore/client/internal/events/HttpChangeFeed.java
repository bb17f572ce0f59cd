package dev.kvstore.client.internal.events;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.SyncToken;
import dev.kvstore.client.internal.request.SeenToken;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells sinks of a store's changes: all that begin now by one stream of events, which is open as
 * long as there is one of them, and each that begins in the past by one of its own. Each stream has
 * a daemon thread. Thread-safe.
 */
public final class HttpChangeFeed implements AutoCloseable {
  /** How long closing waits for the threads, which end by themselves if it takes longer. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final String store;
  private final EventStreamSource source;
  private final SeenToken seen;
  private final EventTimes times;

  // Guarded by this.
  private final List<Running> open = new ArrayList<>();
  private @Nullable Running shared;
  private boolean closed;

  private record Running(EventLoop loop, Thread thread) {
    void stop() {
      loop.stop();
      if (thread != Thread.currentThread()) {
        thread.interrupt();
      }
    }
  }

  public HttpChangeFeed(String store, EventStreamSource source, SeenToken seen, EventTimes times) {
    this.store = store;
    this.source = source;
    this.seen = seen;
    this.times = times;
  }

  /** As {@link dev.kvstore.spi.EntryStore#subscribe}. */
  public synchronized FeedSubscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    if (closed) {
      throw new KVException(ErrorCode.CLOSED, "The store '" + store + "' was closed");
    }
    Running running = from == null ? shared : null;
    boolean isNew = running == null;
    if (running == null) {
      running = make(from);
    }
    EventLoop loop = running.loop();
    HttpFeedSubscription added =
        new HttpFeedSubscription(store, sink, from != null, gone -> removed(loop, gone));
    loop.add(added);
    if (isNew) {
      start(running);
    }
    return added;
  }

  private void start(Running made) {
    boolean started = false;
    try {
      made.thread().start();
      started = true;
    } finally {
      if (!started) { // or others would wait for it
        open.remove(made);
        if (shared != null && shared.loop() == made.loop()) {
          shared = null;
        }
      }
    }
  }

  private Running make(@Nullable SyncToken from) {
    EventLoop loop = new EventLoop(store, source, seen, times, from == null ? "" : from.toString());
    Thread thread = new Thread(loop, "kvstore-events-" + store);
    thread.setDaemon(true);
    Running made = new Running(loop, thread);
    open.add(made);
    if (from == null) {
      shared = made;
    }
    return made;
  }

  private synchronized void removed(EventLoop loop, HttpFeedSubscription sink) {
    if (!loop.remove(sink)) {
      return;
    }
    open.removeIf(running -> {
      boolean ended = running.loop() == loop;
      if (ended) {
        running.stop();
      }
      return ended;
    });
    if (shared != null && shared.loop() == loop) {
      shared = null;
    }
  }

  /** Ends every subscription, and waits a while for the threads. Idempotent. */
  @Override
  public void close() {
    List<Running> ended;
    synchronized (this) {
      closed = true;
      ended = List.copyOf(open);
    }
    ended.forEach(running -> running.loop().closeSubscriptions());
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    ended.forEach(running -> await(running.thread(), deadline));
  }

  private static void await(Thread thread, long deadline) {
    if (thread == Thread.currentThread()) {
      return;
    }
    try {
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
