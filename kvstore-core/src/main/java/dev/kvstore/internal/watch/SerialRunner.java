package dev.kvstore.internal.watch;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Does one piece of work on a shared executor whenever there is some, never twice at a time, and
 * occupies a thread only meanwhile. Thread-safe.
 */
public final class SerialRunner {
  private final Executor executor;
  private final Runnable work;

  private boolean awake;
  private boolean again;
  private boolean closed;
  private @Nullable Thread running;

  /** @param work does all there is to do, and stops where {@link #isClosed()} */
  SerialRunner(Executor executor, Runnable work) {
    this.executor = executor;
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
      executor.execute(this::run);
      begun = true;
    } catch (RejectedExecutionException e) {
      // The hub was closed, and with it this.
    } finally {
      if (!begun) {
        sleep();
      }
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
    boolean failed = true;
    try {
      while (begin()) {
        work.run();
        done();
      }
      failed = false;
    } finally {
      if (failed) {
        failed();
      }
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
