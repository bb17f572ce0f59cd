package dev.kvstore.internal.support;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The time when an operation must have ended, on the clock of {@link System#nanoTime}. Not
 * thread-safe.
 */
public final class Deadline {
  private static final long LONGEST_PAUSE_MILLIS = 100;

  private final long end;
  private int pauses;

  private Deadline(long end) {
    this.end = end;
  }

  public static Deadline after(Duration timeout) {
    return new Deadline(System.nanoTime() + timeout.toNanos());
  }

  /** Returns the deadline after this fraction of the time left. */
  public Deadline part(double part) {
    long now = System.nanoTime();
    return new Deadline(now + (long) ((end - now) * part));
  }

  public boolean hasPassed() {
    return nanosLeft() <= 0;
  }

  /** Returns the time left; not positive once the deadline has passed. */
  public long nanosLeft() {
    return end - System.nanoTime();
  }

  /** Returns the time left in milliseconds, at least 1, because 0 means no limit to the driver. */
  public long millisLeft() {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanosLeft()));
  }

  /**
   * Waits before the next attempt, for a random time that grows with each attempt, not past the
   * deadline.
   */
  public void pause() throws InterruptedException {
    long longest = Math.min(LONGEST_PAUSE_MILLIS, 2L << Math.min(pauses, 10));
    pauses++;
    Thread.sleep(ThreadLocalRandom.current().nextLong(1, Math.min(longest, millisLeft()) + 1));
  }
}
