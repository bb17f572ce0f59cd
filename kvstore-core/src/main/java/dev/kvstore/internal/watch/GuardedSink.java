package dev.kvstore.internal.watch;

import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.Interest;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink as its feed calls it: not after its end, and no failure of a sink is one of the feed.
 * {@link #close} is for any thread, all else for the one that serves the sink at that time.
 */
public final class GuardedSink {
  private static final Logger log = LoggerFactory.getLogger(GuardedSink.class);

  private final String store;
  private final ChangeSink sink;
  private final ReentrantLock calls = new ReentrantLock();
  private volatile boolean closed;

  /** @param store whose changes it hears of, for the log */
  public GuardedSink(String store, ChangeSink sink) {
    this.store = store;
    this.sink = sink;
  }

  /** Returns what the sink wants to hear of, or null if it fails to say, so has to begin anew. */
  public @Nullable Interest interest() {
    try {
      return sink.interest();
    } catch (Throwable e) { // the others go on
      report(e);
      return null;
    }
  }

  public boolean isClosed() {
    return closed;
  }

  /**
   * Calls the sink, if it is open. Returns false if that failed: what the sink has made of the call
   * nobody knows, so it has to begin anew.
   */
  public boolean tell(Consumer<ChangeSink> call) {
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

  /**
   * Ends it, idempotently, and tells whether it was open. When this returns no call is running any
   * more, unless this is called from within one.
   */
  public boolean close() {
    calls.lock();
    try {
      boolean wasOpen = !closed;
      closed = true;
      return wasOpen;
    } finally {
      calls.unlock();
    }
  }
}
