package dev.kvstore.internal.watch;

import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.Interest;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A sink and its position. Not called after its end; its failures do not reach the feed. */
public abstract class GuardedSink implements FeedSubscription {
  private static final Logger log = LoggerFactory.getLogger(GuardedSink.class);

  private final String store;
  private final ChangeSink sink;
  private final Consumer<FeedSubscription> whenClosed;
  private final ReentrantLock calls = new ReentrantLock();
  private volatile boolean closed;

  /** Up to here the sink knows everything. */
  protected long position;

  /** Whether the sink misses nothing from {@link #position} on. */
  protected boolean live;

  /** @param store whose changes it hears of */
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

  /** Returns what the sink wants to hear of, or null if it fails to say, so has to begin anew. */
  public final @Nullable Interest interest() {
    try {
      return sink.interest();
    } catch (Throwable e) { // the others go on
      report(e);
      return null;
    }
  }

  public final boolean isClosed() {
    return closed;
  }

  /** Calls the sink if it is open. Returns false if that failed: then it has to begin anew. */
  protected final boolean tell(Consumer<ChangeSink> call) {
    calls.lock();
    try {
      if (!closed) {
        call.accept(sink);
      }
      return true;
    } catch (Throwable e) { // the others go on
      report(e);
      return false;
    } finally {
      calls.unlock();
    }
  }

  private void report(Throwable failure) {
    try {
      log.error("A sink for changes of the store '{}' failed; it begins anew", store, failure);
    } catch (Throwable e) {
      // No memory or stack left to log with. The feed goes on.
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
