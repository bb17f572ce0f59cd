package dev.kvstore.http.net;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds how many threads do work that may block, so that some are always left for work that does
 * not. More work waits its turn without a thread. Thread-safe.
 */
public final class Workers {
  private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

  private final int max;
  private final Executor executor;

  // Guarded by this. Work waits only while all are busy.
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int busy;

  /** @param executor has more than {@code max} threads */
  public Workers(int max, Executor executor) {
    this.max = max;
    this.executor = executor;
  }

  /** Does the work on this thread and returns true; returns false if all workers are busy. */
  public boolean runNow(Runnable work) {
    synchronized (this) {
      if (busy == max) {
        return false;
      }
      busy++;
    }
    run(work);
    return true;
  }

  /** Does the work on another thread, once a worker is free. Never blocks. */
  public void runLater(Runnable work) {
    synchronized (this) {
      if (busy == max) {
        waiting.add(work);
        return;
      }
      busy++;
    }
    start(work);
  }

  /** Returns how many are busy. */
  public synchronized int busy() {
    return busy;
  }

  private void run(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A request failed in an unexpected way", e);
    } finally {
      Runnable next = next();
      if (next != null) {
        start(next);
      }
    }
  }

  private synchronized @Nullable Runnable next() {
    Runnable next = waiting.poll();
    if (next == null) {
      busy--;
    }
    return next;
  }

  private void start(Runnable work) {
    try {
      executor.execute(() -> run(work));
    } catch (RejectedExecutionException e) {
      LOG.debug("The service has stopped", e);
      synchronized (this) {
        busy--;
      }
    }
  }
}
