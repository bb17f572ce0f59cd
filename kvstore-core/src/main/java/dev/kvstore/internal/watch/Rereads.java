package dev.kvstore.internal.watch;

import dev.kvstore.KVEntry;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.RawValue;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what has changed behind a gap in a store's changes, for all watches of the store
 * together: one read for the entries of all items, and then only those items that changed are read
 * and their listeners called, a few at a time. Thread-safe.
 */
final class Rereads {
  private static final Logger log = LoggerFactory.getLogger(Rereads.class);

  /** How many watches read at the same time, while each is done within its patience. */
  static final int AT_A_TIME = 8;

  /** After this long a watch is slow, and no other waits for it. */
  static final Duration PATIENCE = Duration.ofMillis(20);

  private static final Duration RETRY = Duration.ofSeconds(1);

  private final EntryStore entries;
  private final WatchHub.Later later;
  private final Duration patience;
  private final SerialRunner runner;
  private volatile boolean closed;
  private boolean failing; // of the runner alone

  // Guarded by itself.
  private final Set<RereadingWatch> waiting = new LinkedHashSet<>();

  Rereads(EntryStore entries, Executor executor, WatchHub.Later later, Duration patience) {
    this.patience = patience;
    this.entries = entries;
    this.later = later;
    this.runner = new SerialRunner(executor, this::run);
  }

  /** What the watch is about may have changed. */
  void add(RereadingWatch watch) {
    synchronized (waiting) {
      waiting.add(watch);
    }
    runner.wake();
  }

  /** Begins nothing any more. */
  void close() {
    closed = true;
  }

  private void run() {
    List<RereadingWatch> taken;
    synchronized (waiting) {
      taken = List.copyOf(waiting);
      waiting.clear();
    }
    try {
      wake(changed(taken));
      failing = false;
    } catch (RuntimeException | Error e) {
      synchronized (waiting) {
        waiting.addAll(taken);
      }
      tryLater(e);
    }
  }

  private void tryLater(Throwable failure) {
    if (!closed) {
      if (!failing) {
        log.warn("Watched entries cannot be read, it is tried again: {}", failure.getMessage());
      }
      failing = true;
      log.debug("Watched entries cannot be read", failure);
      later.run(runner::wake, RETRY);
    }
  }

  /** Returns those whose entry is another than they know, or that have to read more than one. */
  private List<RereadingWatch> changed(List<RereadingWatch> watches) {
    Set<String> keys = new LinkedHashSet<>();
    SyncToken position = SyncToken.START;
    for (RereadingWatch watch : watches) {
      watch.key().ifPresent(keys::add);
      position = position.max(watch.position());
    }
    if (watches.size() == 1 || keys.isEmpty()) {
      return watches; // it reads by itself just as well
    }
    Map<String, KVEntry<RawValue>> found = new HashMap<>();
    ReadOptions options = RereadingWatch.demand(position);
    entries.find(keys, options).forEach(entry -> found.put(entry.key(), entry));
    return watches.stream().filter(watch -> !watch.knows(found)).toList();
  }

  private void wake(List<RereadingWatch> watches) {
    Semaphore free = new Semaphore(AT_A_TIME);
    for (RereadingWatch watch : watches) {
      if (closed) {
        return;
      }
      awaitPlace(free);
      watch.wake(free::release);
    }
  }

  /** A watch that is slow leaves its place to the next. */
  private void awaitPlace(Semaphore free) {
    try {
      var unused = free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // and no watch is left out
    }
  }
}
