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
 * The time in nanoseconds since the clock was made: exact, and for hits coarse, moved by a daemon
 * thread while a cache wants it to tick. Many caches can share a clock.
 */
class CacheClock {
  static final long NEVER = Long.MAX_VALUE;

  /** How much the coarse time may be behind, if the thread gets to run. */
  static final long TICK = Duration.ofMillis(25).toNanos();

  /** A clock that is later than this has stopped, whatever became of its thread. */
  private static final long LATE = Duration.ofSeconds(1).toNanos();

  private static final Logger log = LoggerFactory.getLogger(CacheClock.class);

  private final String name;
  private final InstantSource timeOfDay;
  private final long origin = System.nanoTime();
  private final Map<Runnable, Guard> onTick = new ConcurrentHashMap<>();
  private volatile long coarse;
  private @Nullable Ticker ticker; // guarded by this

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

  /** Waits, for that long at most, for what another thread is about to find out. */
  <T> T await(CompletableFuture<T> result, long nanos)
      throws InterruptedException, ExecutionException, TimeoutException {
    return result.get(nanos, TimeUnit.NANOSECONDS);
  }

  /** Begins to call this at each tick. */
  final void start(Runnable action) {
    onTick.put(action, new Guard(log, "tick of the clock of the near-cache '" + name + "'"));
    run();
  }

  /** Ends that; it may be called once more. */
  final synchronized void stop(Runnable action) {
    onTick.remove(action);
    if (onTick.isEmpty() && ticker != null) {
      ticker.stop();
      ticker = null;
    }
  }

  /** Lets the clock tick, if it does not yet or not any more. */
  synchronized void run() {
    if (ticker == null) {
      Ticker started = new Ticker();
      started.start();
      coarse = nanos();
      ticker = started;
    }
  }

  /**
   * Returns whether the clock ticks, and starts its thread if that is gone. While it does not tick,
   * nothing ends a lease that has run out, so nothing may be served that relies on one.
   */
  final boolean isTicking() {
    try {
      if (isLate()) {
        run();
      }
      return !isLate();
    } catch (Throwable e) { // no thread could be started
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

    /** If the thread ends although it is wanted, what relies on it notices at once. */
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
