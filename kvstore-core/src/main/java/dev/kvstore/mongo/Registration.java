package dev.kvstore.mongo;

import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.Interest;
import dev.kvstore.spi.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink and how far it has been told. Everything but {@link #close} is called by the one thread
 * that serves it at that time.
 */
final class Registration implements Subscription {
  private static final Logger log = LoggerFactory.getLogger(Registration.class);

  /** The position of a sink that is told of what happens from now on. */
  static final long NOW = -1;

  private final String store;
  private final ChangeSink sink;
  private final Consumer<Registration> whenClosed;
  private final ReentrantLock calls = new ReentrantLock();
  private volatile boolean closed;
  private long position;
  private boolean live;

  Registration(String store, ChangeSink sink, long from, Consumer<Registration> whenClosed) {
    this.store = store;
    this.sink = sink;
    this.position = from;
    this.whenClosed = whenClosed;
  }

  String store() {
    return store;
  }

  /** Returns up to where the sink knows everything, or wants to begin, or {@link #NOW}. */
  long position() {
    return position;
  }

  boolean isLive() {
    return live;
  }

  boolean isClosed() {
    return closed;
  }

  Interest interest() {
    return sink.interest();
  }

  /** From here on the sink misses nothing. */
  void positioned(long at) {
    position = Math.max(position, at);
    live = true;
    call(to -> to.positioned(position));
  }

  /**
   * Tells of those changes that the sink does not know yet, and that there is nothing else up to
   * that position.
   *
   * @param more whether the source has more to tell
   */
  void changed(List<Change> changes, long upTo, boolean more) {
    List<Change> news = new ArrayList<>(changes);
    // A change at the very position is told again: others may have happened at that same time.
    news.removeIf(change -> change.position() < position);
    position = Math.max(position, upTo);
    Consumer<ChangeSink> tell =
        more ? to -> to.catchingUp(news, position) : to -> to.changed(news, position);
    if (!call(tell)) {
      // What it has made of the changes nobody knows.
      missed();
      positioned(position);
    }
  }

  /** The sink may have missed something, and is to begin anew. */
  void missed() {
    if (live || position != NOW) {
      live = false;
      call(ChangeSink::missed);
    }
  }

  /** As {@link #missed}, where what comes next may be of an earlier time, or of none. */
  void restart() {
    missed();
    position = NOW;
  }

  @Override
  public void close() {
    calls.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
    } finally {
      calls.unlock();
    }
    whenClosed.accept(this);
  }

  private boolean call(Consumer<ChangeSink> call) {
    calls.lock();
    try {
      if (!closed) {
        call.accept(sink);
      }
      return true;
    } catch (RuntimeException e) {
      log.error("A sink for changes of the store '{}' failed; it has to begin anew", store, e);
      return false;
    } finally {
      calls.unlock();
    }
  }
}
