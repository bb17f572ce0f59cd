package dev.kvstore.internal.watch;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs work on a shared executor on demand, never concurrently with itself. Thread-safe. */
public final class SerialRunner {
  private static final Logger log = LoggerFactory.getLogger(SerialRunner.class);

  private static final Duration RETRY = Duration.ofSeconds(1);

  private final WatchHub hub;
  private final Runnable work;
  private boolean failing; // confined to the work

  // Guarded by this.
  private boolean awake;
  private boolean again;
  private boolean closed;
  private @Nullable Thread running;

  /** @param work performs all pending work, and stops if {@link #isClosed()} */
  SerialRunner(WatchHub hub, Runnable work) {
    this.hub = hub;
    this.work = work;
  }

  /** Signals that there is work. */
  public void wake() {
    synchronized (this) {
      again = true;
    }
    retry();
  }

  /** Retries work that could not be started or that failed, if any. */
  void retry() {
    synchronized (this) {
      if (!again || awake || closed) {
        return;
      }
      awake = true;
    }
    boolean begun = false;
    try {
      hub.executor.execute(this::run);
      begun = true;
    } catch (RejectedExecutionException e) {
      // The hub was closed, and this runner with it.
    } finally {
      if (!begun) {
        sleep();
      }
    }
  }

  /**
   * Reports a failure of the work, which is retried after a while. Logs only the first of
   * consecutive failures.
   */
  void tryLater(String what, Throwable failure) {
    if (!failing) {
      log.warn("{} cannot be read, it is tried again: {}", what, failure.getMessage());
    }
    failing = true;
    log.debug("{} cannot be read", what, failure);
    hub.later.run(this::wake, RETRY);
  }

  /** Reports that the work succeeded. */
  void succeeded() {
    failing = false;
  }

  /**
   * Calls a listener, unless this is closed. Its exceptions are logged and do not affect other
   * listeners.
   *
   * @param who the beginning of the log message: {@code A listener to the key 'k'}
   */
  public void call(String who, Runnable listener) {
    if (isClosed()) {
      return;
    }
    try {
      listener.run();
    } catch (Throwable e) { // thrown by the listener
      log.error("{} failed; it is told of the next change", who, e);
    }
  }

  public synchronized boolean isClosed() {
    return closed;
  }

  /** Starts no further work. Waits for running work, unless called from within it. */
  public synchronized void close() {
    closed = true;
    boolean interrupted = false;
    while (running != null && running != Thread.currentThread()) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // restored below; nothing may run when this returns
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (begin()) {
        work.run();
        done();
      }
    } catch (RuntimeException | Error e) {
      failed();
      throw e;
    }
  }

  private synchronized boolean begin() {
    if (!again || closed) {
      // In the same synchronized block as the last check, or a wake in between would be lost.
      awake = false;
      return false;
    }
    again = false;
    running = Thread.currentThread();
    return true;
  }

  private synchronized void done() {
    running = null;
    notifyAll();
  }

  /** Notes that the work was not done and must be retried. */
  private synchronized void failed() {
    again = true;
    sleep();
  }

  private synchronized void sleep() {
    done();
    awake = false;
  }
}
