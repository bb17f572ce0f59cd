package dev.kvstore.internal.watch;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs work on a shared executor when there is some, never concurrently. Thread-safe. */
public final class SerialRunner {
  private static final Logger log = LoggerFactory.getLogger(SerialRunner.class);

  private static final Duration RETRY = Duration.ofSeconds(1);

  private final WatchHub hub;
  private final Runnable work;
  private boolean failing; // of the work alone

  // Guarded by this.
  private boolean awake;
  private boolean again;
  private boolean closed;
  private @Nullable Thread running;

  /** @param work does all there is to do, and stops where {@link #isClosed()} */
  SerialRunner(WatchHub hub, Runnable work) {
    this.hub = hub;
    this.work = work;
  }

  /** There is work. */
  public void wake() {
    synchronized (this) {
      again = true;
    }
    retry();
  }

  /** Does the work that could not be begun or that failed; nothing if there is none. */
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
      // The hub was closed, and with it this.
    } finally {
      if (!begun) {
        sleep();
      }
    }
  }

  /** The work has failed, and begins again after a while. Logs the first failure in a row. */
  void tryLater(String what, Throwable failure) {
    if (!failing) {
      log.warn("{} cannot be read, it is tried again: {}", what, failure.getMessage());
    }
    failing = true;
    log.debug("{} cannot be read", what, failure);
    hub.later.run(this::wake, RETRY);
  }

  /** The work has not failed. */
  void succeeded() {
    failing = false;
  }

  /**
   * Calls a listener, unless this is closed. What it throws is logged, and the others go on.
   *
   * @param who begins the log line: {@code A listener to the key 'k'}
   */
  public void call(String who, Runnable listener) {
    if (isClosed()) {
      return;
    }
    try {
      listener.run();
    } catch (Throwable e) { // whatever it is, it is the listener's
      log.error("{} failed; it is told of the next change", who, e);
    }
  }

  public synchronized boolean isClosed() {
    return closed;
  }

  /** No work begins any more. Waits for what is running, unless this is called within it. */
  public synchronized void close() {
    closed = true;
    boolean interrupted = false;
    while (running != null && running != Thread.currentThread()) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // for the caller to see, who was promised that nothing runs
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
      // In the same step as the last look, or a wake in between would be lost.
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

  /** The work was not done, so there still is some. */
  private synchronized void failed() {
    again = true;
    sleep();
  }

  private synchronized void sleep() {
    done();
    awake = false;
  }
}
