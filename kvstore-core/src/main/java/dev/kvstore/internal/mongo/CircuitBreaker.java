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
 * A circuit breaker for a database that may hang, so that not every caller waits for the whole time
 * limit. Thread-safe.
 *
 * <p>It opens when a call times out and no other call was answered since that call began. One
 * caller then sends a probe, and an answer closes the breaker. The other callers wait for the first
 * probe, because one slow call on a quiet database is weak evidence. If the first probe fails,
 * operations are refused at once while the breaker is open, except for the one that sends the next
 * probe. Until the breaker opens, calls may wait for the whole time limit, which covers a failover.
 * The number of waiting calls is limited; further ones are refused after a while without an answer.
 */
final class CircuitBreaker {
  /**
   * The maximum number of calls that wait for an answer; the driver's default connection pool does
   * not send more at once.
   */
  static final int MOST_WAITING = 100;

  /** How long calls beyond that limit wait for any answer before they are refused. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final long RETRY = Duration.ofMillis(500).toNanos();

  /** The value of {@link #probeAt} while the breaker is closed. */
  private static final long CLOSED = Long.MIN_VALUE;

  /** The value while it is open and no probe was sent yet. */
  private static final long OPENED = CLOSED + 1;

  /** The value during a probe. */
  private static final long PROBING = Long.MAX_VALUE;

  /** The value during the first probe since it opened. */
  private static final long FIRST_PROBE = PROBING - 1;

  /** Thrown without sending anything, because the database is known not to answer. */
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

  /** @param probe returns if the database answers and throws otherwise; must be quick */
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
   * Checks that an operation may start, after a probe if one is due.
   *
   * @param millisLeft how long to wait for the probe of another caller
   * @throws MongoException if the operation is refused; nothing was sent
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
        // An interrupted probe proves nothing about the database, so another caller sends the next
        // one.
        boolean isVoid = interrupted || Thread.currentThread().isInterrupted();
        probeAt.compareAndSet(probing, isVoid ? before : now() + RETRY);
        tellWaiting();
      }
    }
  }

  /** Waits for the end of the first probe, or for this time, and returns {@link #probeAt}. */
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
   * Makes a call to the database and notes whether the database answers.
   *
   * @param hasTime true if the time of the call is long enough for a healthy database to answer
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
        answered(); // an error is an answer, too
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

  /**
   * Waits until a call is answered or fewer calls wait. Returns false after {@link #PATIENCE}
   * without either.
   */
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

  /** Waits for a notification. The caller must hold the lock of {@link #answers}. */
  @SuppressWarnings("WaitNotInLoop") // the callers loop
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
