package dev.kvstore.mongo;

import com.mongodb.MongoClientSettings;
import com.mongodb.MongoNamespace;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How a store in MongoDB is opened and used. Immutable; each method returns a changed copy. */
public final class MongoSettings {
  /** 5 seconds, the application name {@code kvstore}, and the system's clock. */
  public static final MongoSettings DEFAULT =
      new MongoSettings(Duration.ofSeconds(5), null, "kvstore", Clock.systemUTC(), builder -> {});

  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);

  private final Duration timeout;
  private final @Nullable String database;
  private final String applicationName;
  private final Clock clock;
  private final Consumer<MongoClientSettings.Builder> customizer;

  private MongoSettings(
      Duration timeout,
      @Nullable String database,
      String applicationName,
      Clock clock,
      Consumer<MongoClientSettings.Builder> customizer) {
    this.timeout = timeout;
    this.database = database;
    this.applicationName = applicationName;
    this.clock = clock;
    this.customizer = customizer;
  }

  /**
   * How long an operation may take, retries and the search for a server included; 5 seconds by
   * default. A write whose reply is lost may take as long again, to find out what became of it; an
   * atomic batch, which has a commit too, twice as long again.
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
    return new MongoSettings(newTimeout, database, applicationName, clock, customizer);
  }

  /**
   * The database, whatever the connection string names. By default it is the one that the
   * connection string names, or else {@code kvstore}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if MongoDB does not
   *     allow the name
   */
  public MongoSettings withDatabase(String newDatabase) {
    return new MongoSettings(
        timeout, checkDatabase(newDatabase), applicationName, clock, customizer);
  }

  /**
   * The name under which connections show up in the server's log and profiler, where the connection
   * string gives none; {@code kvstore} by default.
   */
  public MongoSettings withApplicationName(String newName) {
    return new MongoSettings(
        timeout, database, Objects.requireNonNull(newName, "name"), clock, customizer);
  }

  /** The clock that tells when entries expire and were written; for tests. */
  public MongoSettings withClock(Clock newClock) {
    return new MongoSettings(
        timeout, database, applicationName, Objects.requireNonNull(newClock, "clock"), customizer);
  }

  /**
   * What else is to be done to the settings of the client that is made of a connection string, such
   * as adding listeners that measure. The connection string's own options win. It is of no use with
   * a client that the application brings.
   */
  public MongoSettings withClientCustomizer(Consumer<MongoClientSettings.Builder> newCustomizer) {
    return new MongoSettings(
        timeout,
        database,
        applicationName,
        clock,
        Objects.requireNonNull(newCustomizer, "customizer"));
  }

  public Duration timeout() {
    return timeout;
  }

  public Optional<String> database() {
    return Optional.ofNullable(database);
  }

  public String applicationName() {
    return applicationName;
  }

  public Clock clock() {
    return clock;
  }

  Consumer<MongoClientSettings.Builder> clientCustomizer() {
    return customizer;
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
