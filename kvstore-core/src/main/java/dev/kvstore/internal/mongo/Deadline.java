package dev.kvstore.internal.mongo;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Until when an operation must have ended, by the clock that nobody sets. */
final class Deadline {
  private static final long LONGEST_PAUSE_MILLIS = 100;

  private final long end;
  private int pauses;

  private Deadline(long end) {
    this.end = end;
  }

  static Deadline after(Duration timeout) {
    return new Deadline(System.nanoTime() + timeout.toNanos());
  }

  boolean hasPassed() {
    return System.nanoTime() - end >= 0;
  }

  /** Returns what is left in milliseconds, at least 1, as the driver takes 0 for no limit. */
  long millisLeft() {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
  }

  /**
   * Waits a little before the next attempt, at random so that those who collided do not meet again,
   * and longer each time. Does not wait past the deadline.
   */
  void pause() throws InterruptedException {
    long longest = Math.min(LONGEST_PAUSE_MILLIS, 2L << Math.min(pauses, 10));
    pauses++;
    Thread.sleep(ThreadLocalRandom.current().nextLong(1, Math.min(longest, millisLeft()) + 1));
  }
}
