package dev.kvstore.client.internal.lastknowngood;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVQuery;
import dev.kvstore.ReadOptions;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.support.ServiceThread;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the known entries of a store and the file up to date. Reads the whole store initially and
 * after a gap in its changes, and otherwise only changed keys. While the store is unreachable, it
 * is polled. Runs on its own thread. Thread-safe.
 */
final class LastKnownGoodKeeper extends ServiceThread {
  private static final Logger log = LoggerFactory.getLogger(LastKnownGoodKeeper.class);

  /** The pause between two refreshes, unless a refresh took longer; then the pause is as long. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final Duration RETRY = Duration.ofMillis(500);

  /** The interval of refreshes without changes, for example because writing the file failed. */
  private static final Duration IDLE = Duration.ofSeconds(30);

  /** How long to wait for the store to report its changes. */
  private static final Duration HEARING = Duration.ofSeconds(1);

  /** The maximum number of reads of concurrently changed keys before saving anyway. */
  private static final int ROUNDS = 3;

  private final EntryStore store;
  private final KnownEntries known;
  private final LastKnownGoodFile file;
  private final List<String> services;
  private final InstantSource clock;
  private final PendingChanges pending = new PendingChanges(this::wake);
  private @Nullable FeedSubscription subscription;
  private volatile boolean out;

  // Confined to the thread.
  private boolean refusing;
  private boolean unwritable;
  private long allReadAt;
  private @Nullable List<KVEntry<RawValue>> saved;

  LastKnownGoodKeeper(
      EntryStore store,
      KnownEntries known,
      LastKnownGoodFile file,
      List<String> services,
      InstantSource clock) {
    super("kvstore-file-" + store.name(), "the file " + file);
    this.store = store;
    this.known = known;
    this.file = file;
    this.services = services;
    this.clock = clock;
    this.allReadAt = System.nanoTime();
  }

  /** Reads the file and starts the thread. */
  void begin() {
    file.read(copy -> copy.isOf(services, store.name())).ifPresent(copy -> {
      known.complete(copy.entries());
      saved = copy.entries();
    });
    boolean started = false;
    try {
      subscription = store.subscribe(pending, null);
    } catch (UnsupportedOperationException e) {
      log.debug("The store '{}' is read every {}", store.name(), IDLE, e);
    }
    try {
      start();
      started = true;
    } finally {
      if (!started && subscription != null) {
        subscription.close();
      }
    }
  }

  /** Returns true if reads must use the known entries, until the thread reaches the store again. */
  boolean isOut() {
    return out && !isStopped() && isAlive();
  }

  /** Notes that the store has answered. */
  void reached() {
    if (out) {
      out = false;
      log.info("The store '{}' can be reached again", store.name());
      wake();
    }
  }

  /**
   * Notes that the store cannot be reached. Returns true if the known entries can be used instead.
   */
  boolean failed(UnavailableException failure) {
    if (!known.isComplete()) {
      return false;
    }
    synchronized (this) {
      if (!out) {
        out = true;
        log.warn(
            "The store '{}' cannot be reached, reads are answered as the file {} has it: {}",
            store.name(),
            file,
            failure.getMessage());
      }
    }
    wake();
    return true;
  }

  /** Notes keys that were, or may have been, written. */
  void changed(Collection<String> keys) {
    pending.changed(keys);
  }

  /** Ends the thread, after closing the store so that the thread does not wait for it. */
  void close(Runnable closeStore) {
    stop();
    try {
      if (subscription != null) {
        subscription.close();
      }
    } finally {
      closeStore.run();
      close();
    }
  }

  @Override
  protected void step() {
    if (out) {
      if (!ask()) {
        pause(RETRY, () -> false);
      }
    } else if (refresh()) {
      pause(IDLE, () -> !pending.isEmpty() || out);
    }
  }

  /** Sends a small request. Returns true if the store answered. */
  private boolean ask() {
    try {
      store.scan(KeyRange.ALL, Projection.KEYS, 1, ReadOptions.DEFAULT);
    } catch (UnavailableException e) {
      log.debug("The store '{}' does not answer", store.name(), e);
      return false;
    } catch (RuntimeException e) {
      // A refusal is an answer, too.
      log.debug("The store '{}' refuses", store.name(), e);
    }
    reached();
    return true;
  }

  /** Reads and saves changes. Returns true to wait for the next change. */
  private boolean refresh() {
    long begun = System.nanoTime();
    long waited;
    try {
      waited = read();
      refusing = false;
      save();
    } catch (UnavailableException e) {
      if (!failed(e)) {
        pause(RETRY, () -> false);
      }
      return false;
    } catch (StaleException e) {
      log.debug("The store '{}' answers by what it had", store.name(), e);
      pause(RETRY, () -> out);
      return false;
    } catch (RuntimeException e) {
      refused(e);
      return true;
    }
    long worked = System.nanoTime() - begun - waited;
    pause(Duration.ofNanos(Math.max(worked, PAUSE.toNanos())), () -> out);
    return pending.isEmpty();
  }

  private void refused(RuntimeException e) {
    if (!isStopped() && !refusing) {
      refusing = true;
      log.warn(
          "The store '{}' cannot be read for the file {}, it is tried again: {}",
          store.name(),
          file,
          e instanceof KVException ? e.getMessage() : e.getClass().getName());
    }
    pause(IDLE, () -> out);
  }

  /**
   * Reads until there are no concurrent changes: then all known entries were stored together at the
   * position up to which changes were reported. Returns the time spent waiting for those reports.
   */
  private long read() {
    long waited = 0;
    if (!pending.isHeard() && System.nanoTime() - allReadAt >= IDLE.toNanos()) {
      pending.addAll();
    }
    if (pending.isAll() && subscription != null) {
      // Otherwise everything would be read again when the feed is positioned.
      waited += pause(HEARING, () -> pending.isHeard() || out);
    }
    for (int i = 0; i < ROUNDS && !pending.isEmpty(); i++) {
      read(pending.take());
      long seen = store.syncToken().position();
      waited += pause(HEARING, () -> pending.hasReached(seen) || out);
    }
    return waited;
  }

  private void read(PendingChanges.Work work) {
    boolean done = false;
    known.readBegins();
    try {
      if (work.all()) {
        known.complete(all());
        allReadAt = System.nanoTime();
      } else {
        known.update(work.keys(), fresh(store.find(work.keys(), work.demand())));
      }
      done = true;
    } finally {
      if (!done) {
        pending.putBack(work);
      }
    }
  }

  /** Thrown if the service answers but cannot reach its own database. */
  private static final class StaleException extends KVException {
    private static final long serialVersionUID = 1L;

    StaleException() {
      super(ErrorCode.UNAVAILABLE, "Its entries may be stale");
    }
  }

  private static List<KVEntry<RawValue>> fresh(List<KVEntry<RawValue>> entries) {
    if (entries.stream().anyMatch(KVEntry::stale)) {
      throw new StaleException();
    }
    return entries;
  }

  private List<KVEntry<RawValue>> all() {
    return store.stream(KeyRange.ALL, Projection.ENTRIES, KVQuery.MAX_LIMIT, ReadOptions.DEFAULT)
        .toList();
  }

  private void save() {
    List<KVEntry<RawValue>> all = known.all();
    if (all.equals(saved) && file.exists()) {
      return;
    }
    try {
      file.write(new LastKnownGoodCopy(services, store.name(), clock.instant(), all));
      saved = all;
      unwritable = false;
    } catch (IOException | RuntimeException e) {
      if (!unwritable) {
        unwritable = true;
        log.warn(
            "The last-known-good file {} cannot be written, it is tried again: {}",
            file,
            e instanceof IOException io
                ? LastKnownGoodFile.reason(io)
                : e.getClass().getName());
      }
    }
  }

  /** Waits for this time or until the condition holds. Returns the time spent. */
  private long pause(Duration time, BooleanSupplier enough) {
    long begun = System.nanoTime();
    long end = begun + time.toNanos();
    while (end - System.nanoTime() > 0 && !isStopped() && !enough.getAsBoolean()) {
      pause(Duration.ofNanos(end - System.nanoTime()));
    }
    return System.nanoTime() - begun;
  }
}
