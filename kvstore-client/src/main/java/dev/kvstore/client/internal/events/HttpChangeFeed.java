package dev.kvstore.client.internal.events;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.SyncToken;
import dev.kvstore.client.internal.request.SeenToken;
import dev.kvstore.internal.support.ServiceThread;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells sinks of a store's changes: all that begin now by one stream of events, which is open as
 * long as there is one of them, and each that begins in the past by one of its own. Each stream has
 * a daemon thread. Thread-safe.
 */
public final class HttpChangeFeed implements AutoCloseable {
  private final String store;
  private final EventStreamSource source;
  private final SeenToken seen;
  private final EventTimes times;

  // Guarded by this.
  private final List<EventLoop> open = new ArrayList<>();
  private @Nullable EventLoop shared;
  private boolean closed;

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
    EventLoop running = from == null ? shared : null;
    EventLoop loop = running == null
        ? new EventLoop(store, source, seen, times, from == null ? "" : from.toString())
        : running;
    HttpFeedSubscription added =
        new HttpFeedSubscription(store, sink, from != null, gone -> removed(loop, gone));
    loop.add(added);
    if (running == null) {
      loop.start();
      open.add(loop);
      shared = from == null ? loop : shared;
    }
    return added;
  }

  private synchronized void removed(EventLoop loop, HttpFeedSubscription sink) {
    if (!loop.remove(sink)) {
      return;
    }
    loop.stop();
    loop.interrupt();
    open.remove(loop);
    shared = shared == loop ? null : shared;
  }

  /** Ends every subscription, and waits a while for the threads. Idempotent. */
  @Override
  public void close() {
    List<EventLoop> ended;
    synchronized (this) {
      closed = true;
      ended = List.copyOf(open);
    }
    ended.forEach(EventLoop::closeSubscriptions);
    ServiceThread.join(ended);
  }
}
