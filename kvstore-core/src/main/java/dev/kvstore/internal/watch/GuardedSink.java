package dev.kvstore.internal.watch;

import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.Interest;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink and its position. It is not called after it was closed, and its failures do not affect the
 * feed.
 */
public abstract class GuardedSink implements FeedSubscription {
  private static final Logger log = LoggerFactory.getLogger(GuardedSink.class);

  private final String store;
  private final ChangeSink sink;
  private final Consumer<FeedSubscription> whenClosed;
  private final ReentrantLock calls = new ReentrantLock();
  private volatile boolean closed;

  /** The position up to which the sink knows everything. */
  protected long position;

  /** True if the sink has missed nothing since {@link #position}. */
  protected boolean live;

  /** @param store the store whose changes it receives */
  protected GuardedSink(
      String store, ChangeSink sink, long position, Consumer<FeedSubscription> whenClosed) {
    this.store = store;
    this.sink = sink;
    this.position = position;
    this.whenClosed = whenClosed;
  }

  public final String store() {
    return store;
  }

  public final long position() {
    return position;
  }

  public final boolean isLive() {
    return live;
  }

  /** Returns the interest of the sink; null if it failed and must start over. */
  public final @Nullable Interest interest() {
    try {
      return sink.interest();
    } catch (Throwable e) { // must not affect other sinks
      report(e);
      return null;
    }
  }

  public final boolean isClosed() {
    return closed;
  }

  /** Calls the sink if it is open. Returns false if it failed and must start over. */
  protected final boolean tell(Consumer<ChangeSink> call) {
    calls.lock();
    try {
      if (!closed) {
        call.accept(sink);
      }
      return true;
    } catch (Throwable e) { // must not affect other sinks
      report(e);
      return false;
    } finally {
      calls.unlock();
    }
  }

  private void report(Throwable failure) {
    try {
      log.error("A sink for changes of the store '{}' failed; it starts over", store, failure);
    } catch (Throwable e) {
      // There is no memory or stack left for logging; the feed continues.
    }
  }

  @Override
  public final void close() {
    boolean wasOpen;
    calls.lock();
    try {
      wasOpen = !closed;
      closed = true;
    } finally {
      calls.unlock();
    }
    if (wasOpen) {
      whenClosed.accept(this);
    }
  }
}
