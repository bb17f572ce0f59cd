package dev.kvstore.internal.sqlite;

import dev.kvstore.Durations;
import dev.kvstore.HistorySettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;

/**
 * How a database file is used. Immutable; each method that takes a value returns a changed copy.
 *
 * @param clock tells when entries are written and when they expire
 * @param timeout how long a call waits for its turn; a write that has begun by then is waited for
 *     once more as long
 * @param sweepInterval how often expired entries, which no one sees any more, are removed from the
 *     file, and so how late at most a watch hears of an expiry
 * @param readers how many threads can read at once; more wait
 * @param history what is kept of stores that have no settings of their own
 */
public record SqliteConfig(
    Clock clock, Duration timeout, Duration sweepInterval, int readers, HistorySettings history) {
  // Before DEFAULT, which is checked by it.
  private static final Duration LONGEST = Duration.ofDays(1);

  /** The system's clock, 5 seconds, a sweep every second, 2 to 8 readers by processors. */
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
