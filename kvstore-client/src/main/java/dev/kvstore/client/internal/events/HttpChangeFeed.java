package dev.kvstore.client.internal.events;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.SyncToken;
import dev.kvstore.client.internal.request.StoreUrls;
import dev.kvstore.client.internal.request.Transport;
import dev.kvstore.internal.support.ServiceThread;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The change feed of a store. All sinks that start now share one event stream, which is open while
 * there are any; each sink that starts in the past has its own. Each stream has a daemon thread.
 * Thread-safe.
 */
public final class HttpChangeFeed implements AutoCloseable {
  private final String store;
  private final Transport transport;
  private final StoreUrls urls;
  private final EventTimes times;

  // Guarded by this.
  private final List<EventLoop> open = new ArrayList<>();
  private @Nullable EventLoop shared;
  private boolean closed;

  public HttpChangeFeed(String store, Transport transport, StoreUrls urls, EventTimes times) {
    this.store = store;
    this.transport = transport;
    this.urls = urls;
    this.times = times;
  }

  /** Subscribes a sink, like {@link dev.kvstore.spi.EntryStore#subscribe}. */
  public synchronized FeedSubscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    if (closed) {
      throw new KVException(ErrorCode.CLOSED, "The store '" + store + "' was closed");
    }
    EventLoop running = from == null ? shared : null;
    EventLoop loop = running == null
        ? new EventLoop(store, transport, urls, times, from == null ? "" : from.toString())
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

  private synchronized void removed(EventLoop loop, FeedSubscription subscription) {
    if (!loop.remove(subscription)) {
      return;
    }
    loop.stop();
    loop.interrupt();
    open.remove(loop);
    shared = shared == loop ? null : shared;
  }

  /** Ends all subscriptions and waits a while for the threads. Idempotent. */
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
