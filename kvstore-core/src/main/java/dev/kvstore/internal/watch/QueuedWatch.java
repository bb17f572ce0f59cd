package dev.kvstore.internal.watch;

import dev.kvstore.KVChange;
import dev.kvstore.KVWatcher;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.Interest;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a watcher of each change, by way of a bounded queue. */
final class QueuedWatch extends Watch {
  private static final Logger log = LoggerFactory.getLogger(QueuedWatch.class);

  private final String store;
  private final Interest interest;
  private final KVWatcher watcher;
  private final int capacity;
  private final SerialRunner runner;

  // Guarded by itself. Changes, and of the marks before them two at most.
  private final ArrayDeque<Consumer<KVWatcher>> queue = new ArrayDeque<>();

  QueuedWatch(
      String store,
      Interest interest,
      KVWatcher watcher,
      int capacity,
      Executor executor,
      Consumer<Watch> whenClosed) {
    super(whenClosed);
    this.store = store;
    this.interest = interest;
    this.watcher = watcher;
    this.capacity = capacity;
    this.runner = new SerialRunner(executor, this::tell);
  }

  @Override
  SerialRunner runner() {
    return runner;
  }

  @Override
  public Interest interest() {
    return interest;
  }

  @Override
  public void positioned(long position) {
    synchronized (queue) {
      queue.add(to -> to.ready(new SyncToken(position)));
    }
    runner.wake();
  }

  @Override
  public void changed(List<Change> changes, long position) {
    boolean any = false;
    synchronized (queue) {
      for (Change change : changes) {
        if (interest.covers(change.key())) {
          any = true;
          add(change);
        }
      }
    }
    if (any) {
      runner.wake();
    } else {
      runner.retry();
    }
  }

  @Override
  public void missed() {
    synchronized (queue) {
      queue.clear();
      queue.add(KVWatcher::reset);
    }
    runner.wake();
  }

  private void add(Change change) {
    KVChange told = of(change);
    if (queue.size() < capacity) {
      queue.add(to -> to.changed(told));
      return;
    }
    log.warn(
        "A watcher of the store '{}' is too slow: {} changes wait, it gets a reset instead",
        store,
        queue.size());
    queue.clear();
    queue.add(KVWatcher::reset);
    // What it reads at this position or later has this change in it, and all that waited.
    queue.add(to -> to.ready(told.position()));
  }

  private static KVChange of(Change change) {
    KVChange.Kind kind = switch (change.kind()) {
      case SET -> KVChange.Kind.SET;
      case DELETE -> KVChange.Kind.DELETE;
      case EXPIRE -> KVChange.Kind.EXPIRE;
    };
    long version = change.version() == Change.UNKNOWN_VERSION ? 0 : change.version();
    return new KVChange(
        kind, change.key(), version, change.etag(), new SyncToken(change.position()));
  }

  private void tell() {
    Consumer<KVWatcher> next = next();
    while (next != null && !runner.isClosed()) {
      try {
        next.accept(watcher);
      } catch (Throwable e) { // whatever it is, it is the watcher's, and the others go on
        log.error("A watcher of the store '{}' failed; it is told of the next change", store, e);
      }
      next = next();
    }
  }

  private @Nullable Consumer<KVWatcher> next() {
    synchronized (queue) {
      return queue.poll();
    }
  }
}
