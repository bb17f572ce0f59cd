package dev.kvstore.cache;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Time as caches need it, and waiting: exact where that is rare, and coarse, for a hit, as a daemon
 * thread moves it, which runs as long as somebody wants it to tick. Counted in nanoseconds since
 * the clock was made, so that times can be compared. Any number of caches can share one.
 */
class CacheClock {
  static final long NEVER = Long.MAX_VALUE;

  /** How much the coarse time may be behind, if the thread gets to run. */
  static final long TICK = Duration.ofMillis(25).toNanos();

  private final String name;
  private final InstantSource timeOfDay;
  private final long origin = System.nanoTime();
  private final Set<Runnable> onTick = new CopyOnWriteArraySet<>();
  private volatile long coarse;
  private @Nullable Thread thread; // guarded by this

  /** @param timeOfDay tells when entries expire */
  CacheClock(String name, InstantSource timeOfDay) {
    this.name = name;
    this.timeOfDay = timeOfDay;
  }

  long nanos() {
    return System.nanoTime() - origin;
  }

  /** Returns when that was, a time of {@link System#nanoTime}. */
  long at(long nanoTime) {
    return nanoTime - origin;
  }

  /** As {@link #nanos()}, up to a tick behind. */
  long coarseNanos() {
    return coarse;
  }

  /** The time of day in milliseconds. */
  long millis() {
    return timeOfDay.millis();
  }

  /** Waits for what another thread is about to find out. */
  <T> T await(CompletableFuture<T> result) throws InterruptedException, ExecutionException {
    return result.get();
  }

  /** Begins to call this at each tick. */
  final void start(Runnable action) {
    onTick.add(action);
    run();
  }

  /** Ends that; it may be called once more. */
  final synchronized void stop(Runnable action) {
    onTick.remove(action);
    if (onTick.isEmpty() && thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** Lets the clock tick, if it does not yet. */
  synchronized void run() {
    if (thread == null) {
      coarse = nanos();
      Thread ticker = new Thread(this::tickOn, "kvstore-cache-" + name);
      ticker.setDaemon(true);
      thread = ticker;
      ticker.start();
    }
  }

  final void tick() {
    coarse = nanos();
    onTick.forEach(Runnable::run);
  }

  private void tickOn() {
    while (isWanted()) {
      tick();
      LockSupport.parkNanos(this, TICK);
      // The thread is ours: nobody's interrupt is meant for anything but waking it.
      Thread.interrupted();
    }
  }

  private synchronized boolean isWanted() {
    if (onTick.isEmpty()) {
      thread = null;
    }
    return thread != null;
  }
}
