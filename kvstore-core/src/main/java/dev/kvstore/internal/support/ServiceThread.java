package dev.kvstore.internal.support;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon thread that runs one step after another until it is stopped. A step that fails is
 * logged, and the next begins after a pause: no exception or error ends the thread.
 */
public abstract class ServiceThread implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServiceThread.class);

  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);

  /** How long closing waits. A thread that takes longer ends by itself. */
  public static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Guard guard;
  private final Thread thread;
  private volatile boolean stopped;

  /** @param what the steps, for the log: {@code the events of the store 's'} */
  protected ServiceThread(String name, String what) {
    this.guard = new Guard(log, what);
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  /** Does what is to be done next, and waits where there is nothing to do. */
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
      // It only wakes the thread, which ends once it is stopped.
    }
  }

  public final void start() {
    thread.start();
  }

  /** Lets the thread end after its step. */
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

  /** Waits, as the thread itself, for this long or until {@link #wake}. */
  protected final void pause(Duration time) {
    if (!stopped) {
      LockSupport.parkNanos(this, time.toNanos());
    }
    Thread.interrupted(); // the thread is our own: whoever interrupted it meant another
  }

  /** Ends a {@link #pause}. */
  public final void wake() {
    LockSupport.unpark(thread);
  }

  /** Ends a wait that can be interrupted, unless this is called by the thread itself. */
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

  /** Waits for threads that are stopped, all together at most 5 seconds. */
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

  /** Waits for the thread, unless this is it. Returns false if it has not ended by then. */
  public final boolean join(Duration patience) throws InterruptedException {
    if (thread == Thread.currentThread()) {
      return true;
    }
    thread.join(Math.max(1, patience.toMillis()));
    return !thread.isAlive();
  }
}
