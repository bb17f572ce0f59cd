package dev.kvstore.client;

import java.time.Duration;

/** When a call of the store must be over, on the clock of {@link System#nanoTime}. */
record Deadline(long nanoTime) {
  static Deadline in(Duration timeout) {
    return new Deadline(System.nanoTime() + timeout.toNanos());
  }

  /** Returns how long there is left; not positive when it is over. */
  long nanosLeft() {
    return nanoTime - System.nanoTime();
  }
}
