package dev.kvstore.internal.mongo;

import com.mongodb.client.MongoDatabase;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.internal.support.ServiceThread;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves what writers of a database have left in the documents to the histories of the stores, right
 * after a write of this process, and every few seconds what others have left behind. Now and then
 * it removes expired entries, which MongoDB must not do before they are recorded, and revisions that
 * are no longer to be kept. Any number of processes may do all this at once.
 */
final class HistoryKeeper extends ServiceThread {
  private static final Logger log = LoggerFactory.getLogger(HistoryKeeper.class);

  private static final Duration LOOK = Duration.ofSeconds(3);
  private static final Duration BETWEEN_SWEEPS = Duration.ofSeconds(20);

  /** How long one store may take, before it is another's turn. */
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final int MOST_BATCHES = 50;

  private final MongoDatabase database;
  private final Map<String, HistoryLog> logs = new ConcurrentHashMap<>();
  private long nextSweep = System.nanoTime(); // of the thread alone

  HistoryKeeper(MongoDatabase database) {
    super("kvstore-history-" + database.getName(), "keeping the history of the database");
    this.database = database;
  }

  /** Tells that the store has a history, and something of it may have to be moved. */
  void written(HistoryLog written) {
    if (logs.putIfAbsent(written.store(), written) == null && logs.size() == 1) {
      start();
    }
    wake();
  }

  @Override
  protected void step() {
    boolean sweeping = System.nanoTime() - nextSweep >= 0;
    if (sweeping) {
      nextSweep = System.nanoTime() + BETWEEN_SWEEPS.toNanos();
    }
    for (HistoryLog each : logs.values()) {
      if (isStopped()) {
        return;
      }
      try {
        keep(each, sweeping);
      } catch (RuntimeException e) {
        // One store must not keep the others waiting. The driver's text stays in the debug log.
        log.warn(
            "History of store '{}' not moved ({}), it is tried again",
            each.store(),
            e.getClass().getSimpleName());
        log.debug("History of store '{}' not moved", each.store(), e);
      }
    }
    pause(LOOK);
  }

  private void keep(HistoryLog each, boolean sweeping) {
    Deadline deadline = Deadline.after(PATIENCE);
    each.config().look(deadline);
    each.finishDrops(false, deadline);
    each.moveAll(deadline);
    if (!sweeping) {
      return;
    }
    int batches = 0;
    while (each.config().state().isOn() && each.expire(deadline) > 0 && batches++ < MOST_BATCHES) {
      each.moveAll(deadline);
    }
    while (each.retain(deadline) > 0 && batches++ < MOST_BATCHES) {
      // some at once
    }
    if (!each.config().state().isOn() && each.config().state().isExpiryKept()) {
      ExpiryIndex.leaveToTheServer(database, each.store());
      each.config().expiryIsLeftToTheServer(deadline);
    }
  }

  /** Idempotent. */
  @Override
  public void close() {
    stop();
    interrupt();
    if (!logs.isEmpty()) {
      super.close();
    }
  }
}
