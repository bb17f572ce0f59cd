package dev.kvstore.client;

import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVQuery;
import dev.kvstore.UnavailableException;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what is known of a store, and the file, up to date: scans the store after changes, and asks
 * for it again and again while it is out of reach. On a thread of its own. Thread-safe.
 */
final class SnapshotKeeper implements ChangeSink {
  private static final Logger log = LoggerFactory.getLogger(SnapshotKeeper.class);

  /** From one scan to the next, if that did not take long. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** How much longer to pause than a scan takes: large stores are not scanned all the time. */
  private static final int PAUSE_TIMES = 10;

  private static final Duration RETRY = Duration.ofMillis(500);

  /** When to look even if nothing was told: perhaps the store cannot, or the file had no room. */
  private static final Duration IDLE = Duration.ofSeconds(30);

  /** How often a scan is done again that changes came in between. */
  private static final int SCANS = 5;

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final EntryStore store;
  private final Knowledge knowledge;
  private final SnapshotFile file;
  private final List<String> services;
  private final InstantSource clock;
  private final Thread thread;
  private @Nullable Subscription subscription;
  private volatile boolean out;
  private volatile boolean changed = true;
  private volatile boolean closed;

  // Of the thread alone.
  private boolean refusing;
  private boolean unwritable;
  private @Nullable List<KVEntry<RawValue>> saved;

  SnapshotKeeper(
      EntryStore store,
      Knowledge knowledge,
      SnapshotFile file,
      List<String> services,
      InstantSource clock) {
    this.store = store;
    this.knowledge = knowledge;
    this.file = file;
    this.services = services;
    this.clock = clock;
    this.thread = new Thread(this::run, "kvstore-file-" + store.name());
    thread.setDaemon(true);
  }

  /** Reads the file, and begins. */
  void start() {
    file.read(snapshot -> snapshot.isOf(services, store.name())).ifPresent(snapshot -> {
      knowledge.complete(snapshot.entries());
      saved = snapshot.entries();
    });
    try {
      subscription = store.subscribe(this, null);
    } catch (UnsupportedOperationException e) {
      log.debug("The store '{}' is read every {}", store.name(), IDLE, e);
    }
    thread.start();
  }

  /** Whether reads are to be answered by what is known. */
  boolean isOut() {
    return out && !closed;
  }

  /** The store has answered. */
  void reached() {
    if (out) {
      out = false;
      changed = true;
      log.info("The store '{}' can be reached again", store.name());
      wake();
    }
  }

  /** The store cannot be reached. Returns whether enough is known to answer in its place. */
  boolean failed(UnavailableException failure) {
    if (!knowledge.isComplete()) {
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

  /** Something was written. */
  void changed() {
    changed = true;
    wake();
  }

  @Override
  public void positioned(long position) {
    changed();
  }

  @Override
  public void changed(List<Change> changes, long position) {
    if (!changes.isEmpty()) {
      changed();
    }
  }

  @Override
  public void missed() {
    // All is read when this is positioned anew.
  }

  /** Ends the thread, after it was made sure that it does not wait for the store. */
  void close(Runnable closeStore) {
    closed = true;
    try {
      if (subscription != null) {
        subscription.close();
      }
    } finally {
      closeStore.run();
      wake();
      join();
    }
  }

  private void join() {
    if (thread == Thread.currentThread()) {
      return;
    }
    try {
      thread.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void wake() {
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!closed) {
      if (out) {
        if (!ask()) {
          pause(RETRY, () -> false);
        }
      } else if (refresh()) {
        pause(IDLE, () -> changed || out);
      }
    }
  }

  /** Asks for little, which is soon answered, and tells whether it was. */
  private boolean ask() {
    try {
      store.scanKeys(KeyRange.ALL, 1);
    } catch (UnavailableException e) {
      log.debug("The store '{}' does not answer", store.name(), e);
      return false;
    } catch (RuntimeException e) {
      // It answers, if only that it does not let us.
      log.debug("The store '{}' refuses", store.name(), e);
    }
    reached();
    return true;
  }

  /** Reads and saves all; tells whether there is time until something changes. */
  private boolean refresh() {
    long begun = System.nanoTime();
    changed = false;
    try {
      knowledge.scanBegins();
      knowledge.complete(scan());
      refusing = false;
      save();
    } catch (UnavailableException e) {
      changed = true;
      if (!failed(e)) {
        pause(RETRY, () -> false);
      }
      return false;
    } catch (RuntimeException e) {
      refused(e);
      return true;
    }
    Duration scanned = Duration.ofNanos(System.nanoTime() - begun).multipliedBy(PAUSE_TIMES);
    pause(scanned.compareTo(PAUSE) > 0 ? scanned : PAUSE, () -> out);
    return !changed;
  }

  private void refused(RuntimeException e) {
    if (!closed && !refusing) {
      refusing = true;
      log.warn(
          "The store '{}' cannot be read as a whole for the file {}, it is tried again: {}",
          store.name(),
          file,
          e instanceof KVException ? e.getMessage() : e.getClass().getName());
    }
    pause(IDLE, () -> out);
  }

  /**
   * Reads all entries, as they stood together if they come to rest: a moment between two readings
   * that are the same is one at which all of it was there.
   */
  private List<KVEntry<RawValue>> scan() {
    List<KVEntry<RawValue>> entries = List.of();
    for (int i = 0; i < SCANS; i++) {
      entries = pages((range, limit) -> store.scan(range, limit));
      List<KVMetadata> after = pages((range, limit) -> store.scanMetadata(range, limit));
      if (entries.stream().map(KVEntry::metadata).toList().equals(after)) {
        break;
      }
    }
    return entries;
  }

  private static <T> List<T> pages(BiFunction<KeyRange, Integer, KVPage<T>> page) {
    List<T> all = new ArrayList<>();
    KeyRange next = KeyRange.ALL;
    while (next != null) {
      KVPage<T> read = page.apply(next, KVQuery.MAX_LIMIT);
      all.addAll(read.items());
      next = read.nextAfter() == null ? null : next.after(read.nextAfter());
    }
    return all;
  }

  private void save() {
    List<KVEntry<RawValue>> all = knowledge.all();
    if (all.equals(saved) && file.exists()) {
      return;
    }
    try {
      file.write(new Snapshot(services, store.name(), clock.instant(), all));
      saved = all;
      unwritable = false;
    } catch (IOException | RuntimeException e) {
      if (!unwritable) {
        unwritable = true;
        log.warn(
            "The last-known-good file {} cannot be written, it is tried again: {}",
            file,
            e instanceof IOException io ? SnapshotFile.reason(io) : e.getClass().getName());
      }
    }
  }

  /** Until the time is over, or there is something to do. */
  private void pause(Duration time, BooleanSupplier enough) {
    long end = System.nanoTime() + time.toNanos();
    long left = time.toNanos();
    while (left > 0 && !closed && !enough.getAsBoolean()) {
      LockSupport.parkNanos(this, left);
      Thread.interrupted(); // the thread is our own: whoever interrupted it meant another
      left = end - System.nanoTime();
    }
  }
}
