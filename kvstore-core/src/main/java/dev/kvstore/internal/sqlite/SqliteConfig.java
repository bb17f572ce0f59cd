package dev.kvstore.internal.sqlite;

import dev.kvstore.Durations;
import dev.kvstore.HistorySettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;

/**
 * The configuration of a database file. Immutable; each method that takes a value returns a changed
 * copy.
 *
 * @param clock the clock for the times of writes and for expiry
 * @param timeout how long a call waits for its turn; a write that has started by then may take as
 *     long again
 * @param sweepInterval how often expired entries are removed from the file, which is also the
 *     maximum delay of an expiry in a watch
 * @param readers the number of threads that can read at the same time; others wait
 * @param history the history settings of stores without their own
 */
public record SqliteConfig(
    Clock clock, Duration timeout, Duration sweepInterval, int readers, HistorySettings history) {
  // Must be initialized before DEFAULT, whose constructor uses it.
  private static final Duration LONGEST = Duration.ofDays(1);

  /**
   * The system's clock, a timeout of 5 seconds, a sweep every second, and 2 to 8 readers depending
   * on the number of processors.
   */
  public static final SqliteConfig DEFAULT = new SqliteConfig(
      Clock.systemUTC(),
      Duration.ofSeconds(5),
      Duration.ofSeconds(1),
      Math.max(2, Math.min(8, Runtime.getRuntime().availableProcessors())),
      HistorySettings.OFF);

  /** @throws IllegalArgumentException if a number or duration is out of its range */
  public SqliteConfig {
    Objects.requireNonNull(clock, "clock");
    check("timeout", timeout);
    check("sweepInterval", sweepInterval);
    Objects.requireNonNull(history, "history");
    if (readers < 1 || readers > 100) {
      throw new IllegalArgumentException("readers is " + readers + ", it must be from 1 to 100");
    }
  }

  /** See {@link #clock()}. */
  public SqliteConfig clock(Clock newClock) {
    return new SqliteConfig(newClock, timeout, sweepInterval, readers, history);
  }

  /** See {@link #timeout()}; from one millisecond to one day. */
  public SqliteConfig timeout(Duration newTimeout) {
    return new SqliteConfig(clock, newTimeout, sweepInterval, readers, history);
  }

  /** See {@link #sweepInterval()}; from one millisecond to one day. */
  public SqliteConfig sweepInterval(Duration newInterval) {
    return new SqliteConfig(clock, timeout, newInterval, readers, history);
  }

  /** See {@link #readers()}; from 1 to 100. */
  public SqliteConfig readers(int newReaders) {
    return new SqliteConfig(clock, timeout, sweepInterval, newReaders, history);
  }

  /** See {@link #history()}. */
  public SqliteConfig history(HistorySettings newHistory) {
    return new SqliteConfig(clock, timeout, sweepInterval, readers, newHistory);
  }

  private static void check(String name, Duration duration) {
    Objects.requireNonNull(duration, name);
    if (duration.compareTo(Duration.ofMillis(1)) < 0 || duration.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(name + " is " + Durations.format(duration)
          + ", it must be from 1ms to " + Durations.format(LONGEST));
    }
  }
}
