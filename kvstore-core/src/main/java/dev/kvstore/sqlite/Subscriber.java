package dev.kvstore.sqlite;

import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.Subscription;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A sink and how far it has been told. All but {@link #close} is for the feed's thread alone. */
final class Subscriber implements Subscription {
  private static final Logger log = LoggerFactory.getLogger(Subscriber.class);

  private final String store;
  private final ChangeSink sink;
  private final Consumer<Subscriber> whenClosed;
  private final ReentrantLock calls = new ReentrantLock();
  private boolean closed; // guarded by calls
  private long position;
  private boolean live;

  /** @param from the sink knows everything up to here */
  Subscriber(String store, ChangeSink sink, long from, Consumer<Subscriber> whenClosed) {
    this.store = store;
    this.sink = sink;
    this.position = from;
    this.whenClosed = whenClosed;
  }

  String store() {
    return store;
  }

  long position() {
    return position;
  }

  /** From here on the sink misses nothing. */
  void positioned(long at) {
    position = at;
    live = true;
    call(to -> to.positioned(at));
  }

  boolean isLive() {
    return live;
  }

  /** What is between the sink's position and this is not known any more, or of no use. */
  void restart(long at) {
    call(ChangeSink::missed);
    positioned(at);
  }

  /**
   * Tells the sink of all that happened since its position.
   *
   * @param evenIfNothing whether it is told, too, that nothing did
   */
  void changed(ChangeLog.News news, boolean evenIfNothing) {
    position = news.upTo();
    if (news.changes().isEmpty() && !evenIfNothing) {
      return;
    }
    if (!call(to -> to.changed(news.changes(), news.upTo()))) {
      // What it has made of the changes nobody knows.
      restart(position);
    }
  }

  @Override
  public void close() {
    calls.lock();
    try {
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
    } catch (RuntimeException | Error e) { // the others go on
      log.error("A sink for changes of the store '{}' failed; it has to begin anew", store, e);
      return false;
    } finally {
      calls.unlock();
    }
  }
}
