package dev.kvstore.internal.mongo;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker in front of a database that may hang, so that not every caller waits for the
 * whole time limit. Thread-safe.
 *
 * <p>It opens when a call ran out of time and no other was answered meanwhile. One caller then
 * sends a probe, and if that is answered the breaker closes. The others wait for the first probe,
 * as one slow call on a quiet database says little; after that, operations are refused at once
 * while it is open, except for the one that sends the next probe. Until it opens, callers wait as
 * the time limit allows, which rides out a fail-over, but only so many: the others are refused once
 * nothing was answered for a while.
 */
final class CircuitBreaker {
  /** How many calls may wait for a database that answers none: the driver sends no more either. */
  static final int MOST_WAITING = 100;

  /** For how long more than these wait, in the hope of an answer. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final long RETRY = Duration.ofMillis(500).toNanos();

  /** Stands for "closed" in {@link #probeAt}. */
  private static final long CLOSED = Long.MIN_VALUE;

  /** Stands for "open, and no probe was sent yet". */
  private static final long OPENED = CLOSED + 1;

  /** Stands for "a probe is under way". */
  private static final long PROBING = Long.MAX_VALUE;

  /** Stands for "the first probe since it opened is under way". */
  private static final long FIRST_PROBE = PROBING - 1;

  /** The database is known not to answer, so it was not asked. */
  static final class Refusal extends MongoTimeoutException {
    private static final long serialVersionUID = 1L;

    Refusal(String reason) {
      super(reason);
    }
  }

  private final LongSupplier nanoTime;
  private final long origin;
  private final int mostWaiting;
  private final Duration patience;
  private final Runnable probe;
  private final AtomicLong probeAt = new AtomicLong(CLOSED);
  private final AtomicInteger waiting = new AtomicInteger();
  private final Object answers = new Object();
  private volatile long answeredAt;
  private volatile boolean silent;

  /** @param probe returns if the database answers, else throws, and in little time */
  CircuitBreaker(Runnable probe) {
    this(System::nanoTime, MOST_WAITING, PATIENCE, probe);
  }

  CircuitBreaker(LongSupplier nanoTime, int mostWaiting, Duration patience, Runnable probe) {
    this.nanoTime = nanoTime;
    this.origin = nanoTime.getAsLong();
    this.mostWaiting = mostWaiting;
    this.patience = patience;
    this.probe = probe;
  }

  /**
   * Checks that an operation may begin, after a probe where one is due.
   *
   * @param millisLeft for how long it may wait for the probe of another
   * @throws MongoException if it must not: nothing of it was sent
   */
  void admit(long millisLeft) {
    long at = probeAt.get();
    if (at == CLOSED) {
      return;
    }
    long end = now() + Math.min(patience.toNanos(), TimeUnit.MILLISECONDS.toNanos(millisLeft));
    while (at != CLOSED) {
      long probing = at == OPENED ? FIRST_PROBE : PROBING;
      if (now() >= at && probeAt.compareAndSet(at, probing)) {
        probe(at, probing);
        return;
      }
      at = awaitFirstProbe(end);
      if (at != CLOSED && at != OPENED) {
        throw new Refusal("it did not answer lately, and is asked again twice a second");
      }
    }
  }

  private void probe(long before, long probing) {
    boolean answered = false;
    boolean interrupted = false;
    try {
      probe.run();
      answered = true;
    } catch (MongoInterruptedException e) {
      interrupted = true;
      throw e;
    } finally {
      if (answered) {
        answered();
      } else {
        // An interrupted probe says nothing about the database: another caller sends the next.
        boolean isVoid = interrupted || Thread.currentThread().isInterrupted();
        probeAt.compareAndSet(probing, isVoid ? before : now() + RETRY);
        tellWaiting();
      }
    }
  }

  /** Returns what {@link #probeAt} is after the first probe, or at the end of the time. */
  private long awaitFirstProbe(long end) {
    synchronized (answers) {
      long left = end - now();
      while (probeAt.get() == FIRST_PROBE && left > 0) {
        awaitNews(left);
        left = end - now();
      }
    }
    return probeAt.get();
  }

  /**
   * Makes a call to the database, and takes note of whether that answers.
   *
   * @param hasTime whether a database that is well answers within the time the call has
   */
  <T extends @Nullable Object> T call(boolean hasTime, Supplier<T> call) {
    long began = now();
    enter(began);
    try {
      T result = call.get();
      answered();
      return result;
    } catch (MongoTimeoutException e) {
      if (hasTime && answeredAt < began) {
        probeAt.compareAndSet(CLOSED, OPENED);
      }
      throw e;
    } catch (MongoException e) {
      if (e.getCode() > 0 && !(e instanceof MongoInterruptedException)) {
        answered(); // by an error
      }
      throw e;
    } finally {
      waiting.decrementAndGet();
    }
  }

  private void answered() {
    answeredAt = now();
    boolean wasOpen = probeAt.get() != CLOSED;
    if (wasOpen) {
      probeAt.set(CLOSED);
    }
    if (wasOpen || waiting.get() >= mostWaiting || silent) {
      silent = false;
      tellWaiting();
    }
  }

  private void tellWaiting() {
    synchronized (answers) {
      answers.notifyAll();
    }
  }

  private void enter(long began) {
    if (waiting.incrementAndGet() <= mostWaiting) {
      return;
    }
    waiting.decrementAndGet();
    if (!awaitAnswer(began)) {
      throw new Refusal(mostWaiting + " operations wait for it already, and none was answered");
    }
    waiting.incrementAndGet();
  }

  /** Returns whether one of those that wait was answered, or there is room. */
  private boolean awaitAnswer(long began) {
    synchronized (answers) {
      while (answeredAt < began && waiting.get() >= mostWaiting) {
        long left = began + patience.toNanos() - now();
        if (silent || left <= 0) {
          silent = true;
          return false;
        }
        awaitNews(left);
      }
      return true;
    }
  }

  /** To be called by one that has the lock of {@link #answers}. */
  @SuppressWarnings("WaitNotInLoop") // the callers have the loops
  private void awaitNews(long nanos) {
    try {
      answers.wait(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
    } catch (InterruptedException e) {
      throw new MongoInterruptedException("Interrupted while waiting for the database", e);
    }
  }

  private long now() {
    return nanoTime.getAsLong() - origin + 1;
  }
}
