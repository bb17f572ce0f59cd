package dev.kvstore.internal.sqlite;

import dev.kvstore.Durations;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.support.Guard;
import dev.kvstore.internal.support.ServiceThread;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Performs all writes, on one thread (group commit): the writes queued during the last commit form
 * one transaction, and their callers return when it is durable. So a commit costs the same for one
 * writer as for many.
 *
 * <p>Writes need no savepoints: a refused write has changed nothing, and after any other failure
 * the transaction is rolled back and each of its writes is repeated in its own transaction.
 */
final class GroupWriter extends ServiceThread {
  /** A write. It runs in an open transaction and may be repeated after a rollback. */
  @FunctionalInterface
  interface Operation<T> {
    /**
     * Performs the write and returns its result.
     *
     * @throws KVException if the write is refused; nothing was changed
     */
    T run() throws SQLException;
  }

  private static final Logger log = LoggerFactory.getLogger(GroupWriter.class);

  /** The capacity of the queue. A write counts as at least one KiB. */
  private static final int QUEUE_KIB = 64 * 1024;

  /**
   * The pause before taking writes from the queue again after a failure, such as a lack of memory.
   */
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);

  private final Transactions transactions;
  private final SqlErrors errors;
  private final Duration timeout;
  private final Operation<Boolean> sweep;
  private final Duration sweepInterval;
  private final Duration quietTime;

  private final Semaphore room = new Semaphore(QUEUE_KIB, true);
  private final LinkedBlockingQueue<Job<?>> queue = new LinkedBlockingQueue<>();
  /** The last job in the queue after it was closed. */
  private final Job<Boolean> stop = new Job<>(() -> true);

  private final Guard guard = new Guard(log, "writing to a database file");
  private boolean closed; // guarded by queue
  // Confined to the thread once it runs.
  private long nextSweep;
  private long nextCheckpoint = System.nanoTime();
  private boolean sweepFails;

  /**
   * @param sweep removes a batch of expired entries and returns true if there may be more
   * @param quietTime how long there must be no write before a checkpoint
   */
  GroupWriter(
      Transactions transactions,
      SqlErrors errors,
      Duration timeout,
      Operation<Boolean> sweep,
      Duration sweepInterval,
      Duration quietTime) {
    super("kvstore-sqlite-writer", "writing to a database file");
    this.transactions = transactions;
    this.errors = errors;
    this.timeout = timeout;
    this.sweep = sweep;
    this.sweepInterval = sweepInterval;
    this.quietTime = quietTime;
    this.nextSweep = System.nanoTime() + sweepInterval.toNanos();
  }

  /**
   * Performs the write and returns when it is durable. After the time limit or an interrupt, a
   * write that has not started is withdrawn; for one that has started, this method waits for at
   * most as long again.
   *
   * @param bytes the approximate memory of the write
   */
  <T> T write(long bytes, Operation<T> operation) {
    long deadline = System.nanoTime() + timeout.toNanos();
    int kib = (int) Math.min(QUEUE_KIB, 1 + bytes / 1024);
    try {
      if (!room.tryAcquire(kib, timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        throw errors.unavailable("has more writes waiting than fit into the queue", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    }
    try {
      Job<T> job = new Job<>(operation);
      enqueue(job);
      return await(job, deadline);
    } finally {
      room.release(kib);
    }
  }

  /** Returns the number of writes whose transaction has not started. */
  int queued() {
    return queue.size();
  }

  /** Refuses further writes. Returns true if all earlier ones finished within this time. */
  boolean close(Duration patience) throws InterruptedException {
    synchronized (queue) {
      if (!closed) {
        closed = true;
        queue.add(stop);
      }
    }
    return join(patience);
  }

  private void enqueue(Job<?> job) {
    synchronized (queue) {
      if (closed) {
        throw errors.closed();
      }
      queue.add(job);
    }
  }

  private <T> T await(Job<T> job, long firstDeadline) {
    long deadline = firstDeadline;
    boolean late = false;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return job.result.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
          if (withdraw(job)) {
            throw interrupted(e);
          }
        } catch (TimeoutException e) {
          if (withdraw(job)) {
            throw errors.unavailable(
                "had no time for the write within " + Durations.format(timeout), e);
          }
          if (late) {
            throw new OutcomeUnknownException(
                "The write has begun, but the disk did not confirm it within "
                    + Durations.format(timeout.multipliedBy(2))
                    + ", so whether it happens is not known: read the key to see what it holds",
                e);
          }
          late = true;
          deadline += timeout.toNanos();
        } catch (ExecutionException e) {
          throw rethrown(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean withdraw(Job<?> job) {
    boolean withdrawn = job.claim();
    if (withdrawn) {
      queue.remove(job);
    }
    return withdrawn;
  }

  private UnavailableException interrupted(InterruptedException e) {
    return errors.unavailable("was not written, since the thread has been interrupted", e);
  }

  /** Returns the exception with the stack trace of the caller instead of the writer's thread. */
  private static KVException rethrown(ExecutionException e) {
    return e.getCause() instanceof KVException failure
        ? (KVException) failure.fillInStackTrace()
        : new KVException(ErrorCode.INTERNAL, "A write failed unexpectedly", e);
  }

  @Override
  protected void step() {
    List<Job<?>> group = new ArrayList<>();
    if (!guard.run(() -> fill(group))) {
      pause(PAUSE_AFTER_FAILURE);
    }
    boolean stopping = group.remove(stop);
    if (stopping) {
      stop();
    }
    if (!group.isEmpty() && !guard.run(() -> commit(group))) {
      // Complete all jobs, so that no caller waits forever. Jobs that are done stay unchanged.
      Throwable unexpected = new IllegalStateException("The writer failed unexpectedly");
      guard.run(() -> group.forEach(job -> job.fail(errors.ofCommit(unexpected))));
    }
    if (!group.isEmpty()) {
      guard.run(transactions::tidyUp);
      nextCheckpoint = System.nanoTime() + quietTime.toNanos();
    }
    if (!stopping && nextSweep - System.nanoTime() <= 0) {
      guard.run(this::sweep);
    }
    if (stopping || nextCheckpoint - System.nanoTime() <= 0) {
      nextCheckpoint = System.nanoTime() + quietTime.toNanos();
      guard.run(transactions::checkpoint);
    }
  }

  /** Waits for a write, or until a sweep or checkpoint is due. */
  private void fill(List<Job<?>> group) {
    try {
      long now = System.nanoTime();
      long pause = Math.min(nextSweep - now, nextCheckpoint - now);
      Job<?> first = queue.poll(pause, TimeUnit.NANOSECONDS);
      if (first != null) {
        group.add(first);
        queue.drainTo(group);
      }
    } catch (InterruptedException e) {
      // This thread ends only by close(), so ignore a stray interrupt.
      log.debug("The writer's thread was interrupted, and goes on", e);
    }
  }

  private void commit(List<Job<?>> group) {
    try {
      transactions.begin();
    } catch (Throwable e) {
      transactions.rollback();
      group.forEach(job -> job.fail(errors.of(e)));
      return;
    }
    try {
      for (Job<?> job : group) {
        job.run();
      }
      transactions.complete();
    } catch (Throwable e) {
      transactions.rollback();
      if (group.size() == 1) {
        group.get(0).fail(errors.of(e));
      } else {
        group.forEach(job -> commit(List.of(job)));
      }
      return;
    }
    try {
      transactions.commit();
    } catch (Throwable e) {
      transactions.rollback();
      group.forEach(job -> job.fail(errors.ofCommit(e)));
      return;
    }
    group.forEach(Job::complete);
  }

  private void sweep() {
    // Set this first, so that a failing sweep is not repeated at once.
    nextSweep = System.nanoTime() + sweepInterval.toNanos();
    Job<Boolean> job = new Job<>(sweep);
    commit(List.of(job));
    boolean more = false;
    try {
      more = job.result.getNow(false);
      sweepFails = false;
    } catch (RuntimeException e) {
      if (!sweepFails) {
        log.warn("Expired entries cannot be removed; every sweep tries again", e);
      }
      sweepFails = true;
    }
    if (more) {
      nextSweep = System.nanoTime();
    }
  }

  private static final class Job<T> {
    private final Operation<T> operation;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    /** Set by the writer to perform the write, or by the caller to withdraw it. */
    private final AtomicBoolean claimed = new AtomicBoolean();

    private boolean mine;
    private Runnable outcome = () -> {}; // if the caller withdrew it

    Job(Operation<T> operation) {
      this.operation = operation;
    }

    boolean claim() {
      return claimed.compareAndSet(false, true);
    }

    void run() throws SQLException {
      mine = mine || claim();
      if (!mine) {
        return;
      }
      try {
        T value = operation.run();
        outcome = () -> result.complete(value);
      } catch (KVException e) {
        outcome = () -> result.completeExceptionally(e);
      }
    }

    void complete() {
      outcome.run();
    }

    void fail(KVException failure) {
      result.completeExceptionally(failure);
    }
  }
}
