package dev.kvstore.http.limits;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the number of threads with work that may block, so that some are always left for work that
 * does not. Further work waits without a thread. Thread-safe.
 */
public final class Workers {
  private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

  private final int max;
  private final Executor executor;

  // Guarded by this. Work waits only while all workers are busy.
  private final Deque<Work> waiting = new ArrayDeque<>();
  private int busy;

  private record Work(Runnable action, Runnable whenRejected) {}

  /** @param executor must have more than {@code max} threads */
  public Workers(int max, Executor executor) {
    this.max = max;
    this.executor = executor;
  }

  /** Runs the work on this thread and returns true, or returns false if all workers are busy. */
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

  /**
   * Runs the work on another thread when a worker is free. Never blocks.
   *
   * @param whenRejected called instead, on any thread, if the executor has shut down
   */
  public void runLater(Runnable action, Runnable whenRejected) {
    Work work = new Work(action, whenRejected);
    synchronized (this) {
      if (busy == max) {
        waiting.add(work);
        return;
      }
      busy++;
    }
    start(work);
  }

  public synchronized int busy() {
    return busy;
  }

  private void run(Runnable work) {
    try {
      perform(work);
    } finally {
      Work next = next();
      if (next != null) {
        start(next);
      }
    }
  }

  private static void perform(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A request failed in an unexpected way", e);
    }
  }

  private synchronized @Nullable Work next() {
    Work next = waiting.poll();
    if (next == null) {
      busy--;
    }
    return next;
  }

  /** Starts the work, or rejects it and all waiting work. */
  private void start(Work first) {
    Work work = first;
    while (work != null) {
      Runnable action = work.action;
      try {
        executor.execute(() -> run(action));
        return;
      } catch (RejectedExecutionException e) {
        LOG.debug("The service has stopped", e);
        perform(work.whenRejected);
        work = next();
      }
    }
  }
}
