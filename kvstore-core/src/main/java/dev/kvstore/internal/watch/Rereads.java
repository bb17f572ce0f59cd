package dev.kvstore.internal.watch;

import dev.kvstore.KVEntry;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.RawValue;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Detects changes during a gap in a store's feed: reads the entries of all watched items together,
 * then lets each watch with a changed entry reread, a few at a time. Thread-safe.
 */
final class Rereads {
  /** How many watches reread at the same time, unless some are slow. */
  static final int AT_A_TIME = 8;

  /** The time after which a watch counts as slow and the next one no longer waits for it. */
  static final Duration PATIENCE = Duration.ofMillis(20);

  private final WatchHub hub;
  private final Duration patience;
  private final SerialRunner runner;
  private volatile boolean closed;

  // Guarded by itself.
  private final Set<RereadingWatch> waiting = new LinkedHashSet<>();

  Rereads(WatchHub hub, Duration patience) {
    this.hub = hub;
    this.patience = patience;
    this.runner = new SerialRunner(hub, this::run);
  }

  /** Adds a watch whose entries may have changed. */
  void add(RereadingWatch watch) {
    synchronized (waiting) {
      waiting.add(watch);
    }
    runner.wake();
  }

  /** Starts no further reads. */
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
      runner.succeeded();
    } catch (RuntimeException | Error e) {
      synchronized (waiting) {
        waiting.addAll(taken);
      }
      if (!closed) {
        runner.tryLater("Watched entries", e);
      }
    }
  }

  /** Returns the watches whose entry has changed, and those that read several entries. */
  private List<RereadingWatch> changed(List<RereadingWatch> watches) {
    Set<String> keys = new LinkedHashSet<>();
    SyncToken position = SyncToken.START;
    for (RereadingWatch watch : watches) {
      watch.key().ifPresent(keys::add);
      position = position.max(watch.position());
    }
    if (watches.size() == 1 || keys.isEmpty()) {
      return watches; // a single watch can read by itself
    }
    Map<String, KVEntry<RawValue>> found = hub.find(keys, position);
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

  /** Waits for a free place. A slow watch loses its place to the next one. */
  private void awaitPlace(Semaphore free) {
    try {
      var unused = free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // continue, so that no watch is skipped
    }
  }
}
