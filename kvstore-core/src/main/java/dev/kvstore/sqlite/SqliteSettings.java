package dev.kvstore.sqlite;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvstore.HistorySettings;
import dev.kvstore.internal.sqlite.SqliteConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a SQLite database. Immutable; each method returns a changed copy.
 *
 * @since 0.1
 */
public final class SqliteSettings {
  /**
   * The system's clock, a timeout of 5 seconds, a sweep every second, and 2 to 8 readers depending
   * on the number of processors.
   */
  public static final SqliteSettings DEFAULT = new SqliteSettings(SqliteConfig.DEFAULT, null);

  private final SqliteConfig config;
  private final @Nullable ObjectMapper objectMapper;

  private SqliteSettings(SqliteConfig config, @Nullable ObjectMapper objectMapper) {
    this.config = config;
    this.objectMapper = objectMapper;
  }

  /** Sets the clock for expiry and times of writes; for tests. */
  public SqliteSettings withClock(Clock clock) {
    return new SqliteSettings(config.clock(clock), objectMapper);
  }

  /**
   * Sets how long a call waits for its turn. A write that has started by then may take as long
   * again.
   *
   * @throws IllegalArgumentException if it is not from one millisecond to one day
   */
  public SqliteSettings withTimeout(Duration timeout) {
    return new SqliteSettings(config.timeout(timeout), objectMapper);
  }

  /**
   * Sets how often expired entries are removed from the file. This is also the maximum delay of an
   * expiry in a watch.
   *
   * @throws IllegalArgumentException if it is not from one millisecond to one day
   */
  public SqliteSettings withSweepInterval(Duration interval) {
    return new SqliteSettings(config.sweepInterval(interval), objectMapper);
  }

  /**
   * Sets how many threads can read at the same time.
   *
   * @throws IllegalArgumentException if it is not from 1 to 100
   */
  public SqliteSettings withReaders(int readers) {
    return new SqliteSettings(config.readers(readers), objectMapper);
  }

  /**
   * Sets the history settings of stores without their own, see
   * {@link dev.kvstore.KVHistory#configure}. By default they have no history.
   */
  public SqliteSettings withHistory(HistorySettings history) {
    return new SqliteSettings(
        config.history(Objects.requireNonNull(history, "history")), objectMapper);
  }

  /**
   * Sets the Jackson mapper for Java types. It is copied: its modules, naming and mix-ins apply.
   * Settings that lose data silently, such as ignoring unknown members, are turned off; annotations
   * on a class can still turn them on.
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
