package dev.kvstore.internal.mongo;

import dev.kvstore.KVChange;
import dev.kvstore.internal.mongo.feed.ChangePump;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.internal.support.ServiceThread;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.Interest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves pending revisions from the documents of a database to the histories of the stores: those of
 * this process right after a write, and those left behind by other processes every few seconds.
 * From time to time it also removes expired entries, which MongoDB must not do before they are
 * recorded, and revisions past their retention. It learns of manual changes from the change stream.
 * Any number of processes may do this concurrently.
 */
final class HistoryKeeper extends ServiceThread {
  private static final Logger log = LoggerFactory.getLogger(HistoryKeeper.class);

  private static final Duration LOOK = Duration.ofSeconds(3);
  private static final Duration BETWEEN_SWEEPS = Duration.ofSeconds(20);

  /** The time limit for one store, before the next store is served. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final int MOST_BATCHES = 50;

  /** The maximum number of queued keys. Others are checked when they are next written or read. */
  private static final int MOST_EDITED = 10_000;

  private final ChangePump pump;
  private final Map<String, HistoryLog> logs = new ConcurrentHashMap<>();

  /** The stores written since their last turn; others need not be queried. */
  private final Set<String> written = ConcurrentHashMap.newKeySet();

  private final BlockingQueue<Edited> edited = new LinkedBlockingQueue<>(MOST_EDITED);

  // Confined to the thread.
  private long nextLook = System.nanoTime();
  private long nextSweep = System.nanoTime();

  /** A key that was deleted, or written without kvstore. */
  private record Edited(HistoryLog log, String key) {}

  HistoryKeeper(String database, ChangePump pump) {
    super("kvstore-history-" + database, "keeping the history of the database");
    this.pump = pump;
  }

  /** Notes that a store with a history was written, so there may be revisions to move. */
  void written(HistoryLog log) {
    if (!logs.containsKey(log.store())) {
      add(log);
    }
    written.add(log.store());
    wake();
  }

  private synchronized void add(HistoryLog log) {
    if (isStopped() || logs.containsKey(log.store())) {
      return;
    }
    if (logs.isEmpty()) {
      start();
    }
    logs.put(log.store(), log);
    pump.subscribe(log.store(), new Edits(log), null);
  }

  /** Watches for manual changes. Missed ones are noticed at the next write to the key. */
  private final class Edits implements ChangeSink {
    private final HistoryLog log;

    Edits(HistoryLog log) {
      this.log = log;
    }

    @Override
    public void changed(List<Change> changes, long position) {
      for (Change change : changes) {
        if (change.kind() != KVChange.Kind.SET || change.version() == Change.UNKNOWN_VERSION) {
          edited.offer(new Edited(log, change.key()));
          wake();
        }
      }
    }

    @Override
    public void positioned(long position) {}

    @Override
    public void missed() {}

    /** Returns no keys: a server without change streams is not polled for this. */
    @Override
    public Interest interest() {
      return new Interest(Set.of(), Set.of());
    }
  }

  @Override
  protected void step() {
    long now = System.nanoTime();
    boolean looking = now - nextLook >= 0;
    boolean sweeping = looking && now - nextSweep >= 0;
    if (looking) {
      nextLook = now + LOOK.toNanos();
    }
    if (sweeping) {
      nextSweep = now + BETWEEN_SWEEPS.toNanos();
    }
    for (HistoryLog each : logs.values()) {
      // Remove first, so that a concurrent write adds the store again.
      if (written.remove(each.store()) || looking) {
        tryTo(each, () -> keep(each, sweeping));
      }
    }
    Edited next = edited.poll();
    while (next != null) {
      Edited edit = next;
      tryTo(edit.log, () -> edit.log.move(edit.key, Deadline.after(PATIENCE)));
      next = edited.poll();
    }
    pause(LOOK);
  }

  /** Runs a step for one store; a failure must not affect the other stores. */
  private void tryTo(HistoryLog store, Runnable step) {
    try {
      if (!isStopped()) {
        step.run();
      }
    } catch (RuntimeException e) {
      // The driver's message can name hosts and users, so log it only at debug level.
      log.warn(
          "History of store '{}' not moved ({}), it is tried again",
          store.store(),
          e.getClass().getSimpleName());
      log.debug("History of store '{}' not moved", store.store(), e);
    }
  }

  private void keep(HistoryLog each, boolean sweeping) {
    Deadline deadline = Deadline.after(PATIENCE);
    each.config().look(deadline);
    each.finishDrops(null, deadline);
    each.moveAll(deadline);
    if (!each.config().state().isOn() && each.config().state().isExpiryKept()) {
      each.leaveExpiryToTheServer(deadline);
    }
    if (!sweeping) {
      return;
    }
    int batches = 0;
    while (each.config().state().isOn() && each.expire(deadline) > 0 && batches++ < MOST_BATCHES) {
      each.moveAll(deadline);
    }
    while (each.retain(deadline) > 0 && batches++ < MOST_BATCHES) {
      // removes one batch
    }
  }

  /** Stops the thread and waits a while for it. Idempotent. */
  @Override
  public void close() {
    boolean started;
    synchronized (this) {
      stop();
      started = !logs.isEmpty();
    }
    if (started) {
      interrupt();
      super.close();
    }
  }
}
