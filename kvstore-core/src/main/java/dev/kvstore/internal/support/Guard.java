package dev.kvstore.internal.support;

import org.slf4j.Logger;

/**
 * Runs steps and logs their failures: the first of several consecutive ones as an error, the others
 * at debug level. Thread-safe.
 */
public final class Guard {
  private final Logger log;
  private final String what;
  private volatile boolean failing;

  /** @param what describes the steps in the log: {@code the clock of the near-cache} */
  public Guard(Logger log, String what) {
    this.log = log;
    this.what = what;
  }

  /** Runs the step. Returns false if it threw anything. Never throws. */
  public boolean run(Runnable step) {
    try {
      step.run();
      failing = false;
      return true;
    } catch (Throwable e) { // even an Error must not end the thread
      report(e);
      return false;
    }
  }

  private void report(Throwable failure) {
    try {
      if (failing) {
        log.debug("Step failed: {}", what, failure);
      } else {
        failing = true;
        log.error("Step failed, going on: {}", what, failure);
      }
    } catch (Throwable e) {
      // There is no memory or stack left for logging; continuing is more important.
      failing = true;
    }
  }
}
