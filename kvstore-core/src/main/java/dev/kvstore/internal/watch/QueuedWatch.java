package dev.kvstore.internal.watch;

import dev.kvstore.KVEntry;
import dev.kvstore.KVWatcher;
import dev.kvstore.SyncToken;
import dev.kvstore.WatchOptions;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.Interest;
import dev.kvstore.spi.RawValue;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports each change to a watcher through a bounded queue. */
final class QueuedWatch extends Watch {
  private static final Logger log = LoggerFactory.getLogger(QueuedWatch.class);

  /** The number of entries read at a time, small enough that large values fit into memory. */
  private static final int READ_AT_ONCE = 32;

  private final String name;
  private final KVWatcher watcher;
  private final int capacity;
  private final WatchHub.@Nullable Decoder decoder;

  // Guarded by itself. Holds changes, and at most two markers (reset and ready) before them.
  private final ArrayDeque<Consumer<KVWatcher>> queue = new ArrayDeque<>();

  QueuedWatch(
      WatchHub hub,
      Interest interest,
      KVWatcher watcher,
      WatchOptions options,
      WatchHub.Decoder decoder) {
    super(hub, interest);
    this.name = "A watcher of the store '" + hub.entries.name() + "'";
    this.watcher = watcher;
    this.capacity = options.queueCapacity();
    this.decoder = options.hasValues() ? decoder : null;
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
        if (interest().covers(change.key())) {
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
    if (queue.size() < capacity) {
      queue.add(new QueuedChange(change, decoder));
      return;
    }
    log.warn("{} is too slow: {} changes wait, it gets a reset instead", name, queue.size());
    queue.clear();
    queue.add(KVWatcher::reset);
    // A read at this position or later includes this change and all dropped ones.
    queue.add(to -> to.ready(new SyncToken(change.position())));
  }

  @Override
  void work() {
    try {
      Consumer<KVWatcher> next = next();
      while (next != null && !runner.isClosed()) {
        Consumer<KVWatcher> told = next;
        runner.call(name, () -> told.accept(watcher));
        next = next();
      }
    } catch (RuntimeException | Error e) {
      runner.tryLater("Values of changes", e);
    }
  }

  /** Returns the next report, with its entry; null if the queue is empty. */
  private @Nullable Consumer<KVWatcher> next() {
    while (true) {
      List<QueuedChange> unread;
      synchronized (queue) {
        if (!(queue.peek() instanceof QueuedChange change && change.isUnread())) {
          return queue.poll();
        }
        unread = queue.stream()
            .filter(QueuedChange.class::isInstance)
            .map(QueuedChange.class::cast)
            .filter(QueuedChange::isUnread)
            .limit(READ_AT_ONCE)
            .toList();
      }
      read(unread);
    }
  }

  /**
   * Reads the entries while their changes are still in the queue and count towards its capacity.
   */
  private void read(List<QueuedChange> changes) {
    Set<String> keys = new LinkedHashSet<>();
    SyncToken position = SyncToken.START;
    for (QueuedChange change : changes) {
      keys.add(change.key());
      position = position.max(change.position());
    }
    Map<String, KVEntry<RawValue>> found = hub.find(keys, position);
    changes.forEach(change -> change.read(found));
    runner.succeeded();
  }
}
