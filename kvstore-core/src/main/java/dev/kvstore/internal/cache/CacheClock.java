package dev.kvstore.internal.cache;

import dev.kvstore.internal.support.Guard;
import dev.kvstore.internal.support.ServiceThread;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A clock that counts nanoseconds since its creation. It also has a coarse time, for cache hits,
 * which a daemon thread advances while a cache needs it. Caches can share a clock.
 */
class CacheClock {
  static final long NEVER = Long.MAX_VALUE;

  /**
   * The interval of ticks, by which the coarse time may lag while the thread is scheduled normally.
   */
  static final long TICK = Duration.ofMillis(25).toNanos();

  /** The lag beyond which the clock counts as stopped, for whatever reason. */
  private static final long LATE = Duration.ofSeconds(1).toNanos();

  private static final Logger log = LoggerFactory.getLogger(CacheClock.class);

  private final String name;
  private final InstantSource timeOfDay;
  private final long origin = System.nanoTime();
  private final Map<Runnable, Guard> onTick = new ConcurrentHashMap<>();
  private volatile long coarse;
  private @Nullable Ticker ticker; // guarded by this

  /** @param timeOfDay the clock for the expiry of entries */
  CacheClock(String name, InstantSource timeOfDay) {
    this.name = name;
    this.timeOfDay = timeOfDay;
  }

  long nanos() {
    return System.nanoTime() - origin;
  }

  /** Converts a {@link System#nanoTime} to a time of this clock. */
  long at(long nanoTime) {
    return nanoTime - origin;
  }

  /** Returns the time, lagging {@link #nanos()} by up to a tick. */
  long coarseNanos() {
    return coarse;
  }

  /** Returns the time of day in milliseconds since the epoch. */
  long millis() {
    return timeOfDay.millis();
  }

  /** Waits for the result of another thread, at most for this time. */
  <T> T await(CompletableFuture<T> result, long nanos)
      throws InterruptedException, ExecutionException, TimeoutException {
    return result.get(nanos, TimeUnit.NANOSECONDS);
  }

  /** Calls the action at each tick from now on. */
  final void start(Runnable action) {
    onTick.put(action, new Guard(log, "tick of the clock of the near-cache '" + name + "'"));
    run();
  }

  /** Stops calling the action, which may be called once more. */
  final synchronized void stop(Runnable action) {
    onTick.remove(action);
    if (onTick.isEmpty() && ticker != null) {
      ticker.stop();
      ticker = null;
    }
  }

  /** Starts the thread unless it is running. */
  synchronized void run() {
    if (ticker == null) {
      Ticker started = new Ticker();
      started.start();
      coarse = nanos();
      ticker = started;
    }
  }

  /**
   * Returns true if the clock ticks, after restarting its thread if that has died. While the clock
   * does not tick, expired leases are not ended, so no entry that relies on a lease may be served.
   */
  final boolean isTicking() {
    try {
      if (isLate()) {
        run();
      }
      return !isLate();
    } catch (Throwable e) { // the thread could not be started
      return false;
    }
  }

  private boolean isLate() {
    return nanos() - coarse >= LATE;
  }

  final void tick() {
    coarse = nanos();
    onTick.forEach((action, guard) -> guard.run(action));
  }

  private final class Ticker extends ServiceThread {
    Ticker() {
      super("kvstore-cache-" + name, "the clock of the near-cache '" + name + "'");
    }

    @Override
    protected void step() {
      tick();
      pause(Duration.ofNanos(TICK));
    }

    /**
     * Runs the actions once with a stopped clock if the thread dies unexpectedly, so that caches
     * notice at once.
     */
    @Override
    protected void ended() {
      synchronized (CacheClock.this) {
        if (ticker != this) {
          return;
        }
        ticker = null;
        coarse = nanos() - LATE;
      }
      onTick.forEach((action, guard) -> guard.run(action));
    }
  }
}
