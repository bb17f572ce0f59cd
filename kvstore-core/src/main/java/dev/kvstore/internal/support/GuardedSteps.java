package dev.kvstore.internal.support;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of a thread that others rely on, in steps. A step that fails is logged, and the next
 * begins after a pause: no exception and no error ends the thread.
 */
public final class GuardedSteps {
  private static final Logger log = LoggerFactory.getLogger(GuardedSteps.class);

  private static final Duration PAUSE = Duration.ofMillis(500);

  /** One step. */
  public interface Step {
    void run() throws InterruptedException;
  }

  private GuardedSteps() {}

  /**
   * Runs one step after another, until the end.
   *
   * @param what the steps, for the log: {@code the events of the store 's'}
   */
  public static void run(String what, Step step, BooleanSupplier ended) {
    Guard guard = new Guard(log, what);
    while (!ended.getAsBoolean()) {
      if (!guard.run(() -> runInterruptibly(step))) {
        Thread.interrupted(); // or the pause is none
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private static void runInterruptibly(Step step) {
    try {
      step.run();
    } catch (InterruptedException e) {
      // It only wakes the thread, which ends when 'ended' says so.
    }
  }
}
