package dev.kvstore.internal.support;

import org.slf4j.Logger;

/** Runs steps and logs their errors, the first in a row as such, others at debug. Thread-safe. */
public final class Guard {
  private final Logger log;
  private final String what;
  private volatile boolean failing;

  /** @param what the steps, for the log: {@code the clock of the near-cache} */
  public Guard(Logger log, String what) {
    this.log = log;
    this.what = what;
  }

  /** Runs the step and returns true, or false if it threw anything. Never throws. */
  public boolean run(Runnable step) {
    try {
      step.run();
      failing = false;
      return true;
    } catch (Throwable e) { // also an Error: the thread outlives it
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
      // No memory or stack left to log with. Going on matters more.
      failing = true;
    }
  }
}
