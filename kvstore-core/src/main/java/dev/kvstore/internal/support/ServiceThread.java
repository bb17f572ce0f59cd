package dev.kvstore.internal.support;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon thread that repeats a step until it is stopped. The failure of a step is logged, and the
 * next one starts after a pause: no exception or error ends the thread.
 */
public abstract class ServiceThread implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServiceThread.class);

  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);

  /** How long closing waits. A thread that takes longer ends later. */
  public static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Guard guard;
  private final Thread thread;
  private volatile boolean stopped;

  /** @param what describes the steps in the log: {@code the events of the store 's'} */
  protected ServiceThread(String name, String what) {
    this.guard = new Guard(log, what);
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  /** Performs the next step, and waits if there is nothing to do. */
  protected abstract void step() throws InterruptedException;

  /** Called by the thread at its end. */
  protected void ended() {}

  private void run() {
    try {
      while (!stopped) {
        if (!guard.run(this::uninterrupted)) {
          pause(PAUSE_AFTER_FAILURE);
        }
      }
    } finally {
      guard.run(this::ended);
    }
  }

  private void uninterrupted() {
    try {
      step();
    } catch (InterruptedException e) {
      // The interrupt only wakes the thread, which ends after it was stopped.
    }
  }

  public final void start() {
    thread.start();
  }

  /** Ends the thread after its current step. */
  public final void stop() {
    stopped = true;
    wake();
  }

  public final boolean isStopped() {
    return stopped;
  }

  public final boolean isAlive() {
    return thread.isAlive();
  }

  /** Waits for this time or until {@link #wake}. Called by the thread itself. */
  protected final void pause(Duration time) {
    if (!stopped) {
      LockSupport.parkNanos(this, time.toNanos());
    }
    Thread.interrupted(); // ignore a stray interrupt of this thread
  }

  /** Ends a {@link #pause}. */
  public final void wake() {
    LockSupport.unpark(thread);
  }

  /** Interrupts a wait of the thread, unless called by the thread itself. */
  public final void interrupt() {
    if (thread != Thread.currentThread()) {
      thread.interrupt();
    }
  }

  /** Stops the thread and waits for it, at most 5 seconds. Idempotent. */
  @Override
  public void close() {
    stop();
    join(List.of(this));
  }

  /** Waits for stopped threads, at most 5 seconds in total. */
  public static void join(Collection<? extends ServiceThread> threads) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      for (ServiceThread each : threads) {
        if (!each.join(Duration.ofNanos(deadline - System.nanoTime()))) {
          log.warn("{} still waits for an answer, it ends when that comes", each.thread.getName());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits for the thread, unless called by the thread itself. Returns false if it has not ended in
   * time.
   */
  public final boolean join(Duration patience) throws InterruptedException {
    if (thread == Thread.currentThread()) {
      return true;
    }
    thread.join(Math.max(1, patience.toMillis()));
    return !thread.isAlive();
  }
}
