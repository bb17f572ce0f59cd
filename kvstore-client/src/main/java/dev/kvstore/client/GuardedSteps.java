package dev.kvstore.client;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of a thread that others rely on, in steps. A step that fails is logged, and the next
 * begins after a pause: no exception and no error ends the thread.
 */
final class GuardedSteps {
  private static final Logger log = LoggerFactory.getLogger(GuardedSteps.class);

  private static final Duration PAUSE = Duration.ofMillis(500);

  /** One step. */
  interface Step {
    void run() throws InterruptedException;
  }

  private GuardedSteps() {}

  /** Runs one step after another, until the end. */
  static void run(Step step, BooleanSupplier ended) {
    boolean failing = false;
    while (!ended.getAsBoolean()) {
      try {
        step.run();
        failing = false;
      } catch (InterruptedException e) {
        // Whoever wants this thread to end says so first.
      } catch (Throwable e) {
        if (!failing) {
          report(e);
        }
        failing = true;
        Thread.interrupted(); // or the pause is none
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private static void report(Throwable failure) {
    try {
      log.error("A thread of the store's client failed, and goes on", failure);
    } catch (Throwable e) {
      // There may be no memory left to say it.
    }
  }
}
