package dev.kvstore.cache;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Time as the cache needs it, and waiting: exact where that is rare, and coarse, for a hit, as a
 * daemon thread moves it. Counted in nanoseconds since the clock was made, so that times can be
 * compared.
 */
class CacheClock implements AutoCloseable {
  static final long NEVER = Long.MAX_VALUE;

  /** How much the coarse time may be behind, if the thread gets to run. */
  static final long TICK = Duration.ofMillis(25).toNanos();

  private final long origin = System.nanoTime();
  private volatile long coarse;
  private volatile boolean closed;
  private @Nullable Thread thread;

  long nanos() {
    return System.nanoTime() - origin;
  }

  /** As {@link #nanos()}, up to a tick behind. */
  long coarseNanos() {
    return coarse;
  }

  /** The time of day in milliseconds. */
  long millis() {
    return System.currentTimeMillis();
  }

  /** Waits for what another thread is about to find out. */
  <T> T await(CompletableFuture<T> result) throws InterruptedException, ExecutionException {
    return result.get();
  }

  /** Begins to tick, and to call this at each tick. */
  void start(String name, Runnable onTick) {
    Thread ticker = new Thread(() -> run(onTick), name);
    ticker.setDaemon(true);
    thread = ticker;
    ticker.start();
  }

  final void tick(Runnable onTick) {
    coarse = nanos();
    onTick.run();
  }

  private void run(Runnable onTick) {
    while (!closed) {
      tick(onTick);
      LockSupport.parkNanos(this, TICK);
      // The thread is ours: nobody's interrupt is meant for anything but waking it.
      Thread.interrupted();
    }
  }

  @Override
  public void close() {
    closed = true;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }
}
