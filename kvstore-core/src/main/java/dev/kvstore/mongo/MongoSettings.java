package dev.kvstore.mongo;

import com.mongodb.MongoNamespace;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;

/** How a store in MongoDB is opened and used. Immutable; each method returns a changed copy. */
public final class MongoSettings {
  /** 5 seconds, the database and application name {@code kvstore}, and the system's clock. */
  public static final MongoSettings DEFAULT =
      new MongoSettings(Duration.ofSeconds(5), "kvstore", "kvstore", Clock.systemUTC());

  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);

  private final Duration timeout;
  private final String database;
  private final String applicationName;
  private final Clock clock;

  private MongoSettings(Duration timeout, String database, String applicationName, Clock clock) {
    this.timeout = timeout;
    this.database = database;
    this.applicationName = applicationName;
    this.clock = clock;
  }

  /**
   * How long an operation may take, retries and the search for a server included; 5 seconds by
   * default. A write whose reply is lost may take as long again, to find out what became of it.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from 1
   *     millisecond to 1 day
   */
  public MongoSettings withTimeout(Duration newTimeout) {
    if (newTimeout.compareTo(Duration.ofMillis(1)) < 0
        || newTimeout.compareTo(LONGEST_TIMEOUT) > 0) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The timeout is " + newTimeout + ", it must be from PT0.001S to " + LONGEST_TIMEOUT);
    }
    return new MongoSettings(newTimeout, database, applicationName, clock);
  }

  /**
   * The database, where the connection string names none; {@code kvstore} by default.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if MongoDB does not
   *     allow the name
   */
  public MongoSettings withDatabase(String newDatabase) {
    return new MongoSettings(timeout, checkDatabase(newDatabase), applicationName, clock);
  }

  /**
   * The name under which connections show up in the server's log and profiler, where the connection
   * string gives none; {@code kvstore} by default.
   */
  public MongoSettings withApplicationName(String newName) {
    return new MongoSettings(timeout, database, Objects.requireNonNull(newName, "name"), clock);
  }

  /** The clock that tells when entries expire and were written; for tests. */
  public MongoSettings withClock(Clock newClock) {
    return new MongoSettings(
        timeout, database, applicationName, Objects.requireNonNull(newClock, "clock"));
  }

  public Duration timeout() {
    return timeout;
  }

  public String database() {
    return database;
  }

  public String applicationName() {
    return applicationName;
  }

  public Clock clock() {
    return clock;
  }

  static String checkDatabase(String name) {
    try {
      MongoNamespace.checkDatabaseNameValidity(name);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The database name must have 1 to 63 bytes and none of the characters / \\ . \" $ and"
              + " space");
    }
    return name;
  }
}
