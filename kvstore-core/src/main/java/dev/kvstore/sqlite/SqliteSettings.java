package dev.kvstore.sqlite;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvstore.internal.sqlite.SqliteConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a database file is used. Immutable; each method returns a changed copy.
 *
 * @since 0.1
 */
public final class SqliteSettings {
  /** The system's clock, 5 seconds, a sweep every second, 2 to 8 readers by processors. */
  public static final SqliteSettings DEFAULT = new SqliteSettings(SqliteConfig.DEFAULT, null);

  private final SqliteConfig config;
  private final @Nullable ObjectMapper objectMapper;

  private SqliteSettings(SqliteConfig config, @Nullable ObjectMapper objectMapper) {
    this.config = config;
    this.objectMapper = objectMapper;
  }

  /** The clock that decides when entries are written and when they expire; for tests. */
  public SqliteSettings withClock(Clock clock) {
    return new SqliteSettings(config.clock(clock), objectMapper);
  }

  /**
   * How long a call waits for its turn; a write that has begun by then is waited for once more as
   * long.
   *
   * @throws IllegalArgumentException if it is not from one millisecond to one day
   */
  public SqliteSettings withTimeout(Duration timeout) {
    return new SqliteSettings(config.timeout(timeout), objectMapper);
  }

  /**
   * How often expired entries, which are hidden already, are removed from the file, and so how late
   * at most a watch hears of an expiry.
   *
   * @throws IllegalArgumentException if it is not from one millisecond to one day
   */
  public SqliteSettings withSweepInterval(Duration interval) {
    return new SqliteSettings(config.sweepInterval(interval), objectMapper);
  }

  /**
   * How many threads can read at the same time; others wait.
   *
   * @throws IllegalArgumentException if it is not from 1 to 100
   */
  public SqliteSettings withReaders(int readers) {
    return new SqliteSettings(config.readers(readers), objectMapper);
  }

  /**
   * The mapper by which Java types are mapped; by default Jackson as it comes. It is copied: its
   * modules, naming and mix-ins apply. Settings by which Jackson would lose something silently,
   * such as ignoring unknown members, are turned off; an annotation on a class can still ask for
   * them.
   */
  public SqliteSettings withObjectMapper(ObjectMapper mapper) {
    return new SqliteSettings(config, Objects.requireNonNull(mapper, "mapper"));
  }

  SqliteConfig config() {
    return config;
  }

  @Nullable
  ObjectMapper objectMapper() {
    return objectMapper;
  }
}
