package dev.kvstore.client.internal.request;

import java.time.Duration;

/** When a call of the store must be over, on the clock of {@link System#nanoTime}. */
public record Deadline(long nanoTime) {
  public static Deadline in(Duration timeout) {
    return new Deadline(System.nanoTime() + timeout.toNanos());
  }

  /** Returns how long there is left; not positive when it is over. */
  long nanosLeft() {
    return nanoTime - System.nanoTime();
  }

  /** Returns the one that comes when this part of the time left is over. */
  public Deadline part(double part) {
    long now = System.nanoTime();
    return new Deadline(now + (long) ((nanoTime - now) * part));
  }
}
