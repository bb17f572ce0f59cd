package dev.kvstore.cli.commands;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A rate limit without bursts. Not thread-safe. */
final class Pace {
  private final long interval;
  private final LongSupplier nanoTime;
  private final Sleeper sleeper;
  private boolean started;
  private long next;

  /** Lets time pass. */
  interface Sleeper {
    void sleep(Duration time) throws InterruptedException;
  }

  /** @param perSecond 0 for no limit */
  Pace(int perSecond, LongSupplier nanoTime, Sleeper sleeper) {
    this.interval = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.nanoTime = nanoTime;
    this.sleeper = sleeper;
  }

  /** Waits until the next step is due; time that was lost is not made up for. */
  void await() throws InterruptedException {
    if (interval == 0) {
      return;
    }
    long now = nanoTime.getAsLong();
    if (started && next - now > 0) {
      sleeper.sleep(Duration.ofNanos(next - now));
    } else {
      next = now;
    }
    started = true;
    next += interval;
  }
}
