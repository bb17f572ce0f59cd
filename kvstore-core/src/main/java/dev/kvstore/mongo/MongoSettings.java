package dev.kvstore.mongo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.mongodb.MongoClientSettings;
import dev.kvstore.Durations;
import dev.kvstore.ErrorCode;
import dev.kvstore.HistorySettings;
import dev.kvstore.InvalidInputException;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.mongo.ClientFactory;
import dev.kvstore.internal.mongo.MongoConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Settings of a MongoDB database. Immutable; each method returns a changed copy. */
public final class MongoSettings implements MongoConfig {
  /** How long a server may wait for changes before it answers that there are none. */
  private static final Duration LONGEST_WAIT = Duration.ofMillis(500);

  /**
   * 15 seconds, the application name {@code kvstore}, the system's clock, a near-cache with
   * {@link NearCacheSettings#DEFAULT}, no heartbeat, and the default polling interval.
   */
  public static final MongoSettings DEFAULT = new MongoSettings(new Fields());

  private final Fields fields;

  /** The settings as fields. Not modified after a {@link MongoSettings} was created with them. */
  private static final class Fields implements Cloneable {
    private Duration timeout = Duration.ofSeconds(15);
    private @Nullable String database;
    private String applicationName = "kvstore";
    private Clock clock = Clock.systemUTC();
    private @Nullable NearCacheSettings nearCache = NearCacheSettings.DEFAULT;
    private @Nullable Duration heartbeat;
    private Duration pollingInterval = Duration.ofMillis(500);
    private @Nullable HistorySettings history;
    private Consumer<MongoClientSettings.Builder> customizer = client -> {};
    private @Nullable ObjectMapper objectMapper;

    @Override
    protected Fields clone() {
      try {
        return (Fields) super.clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private MongoSettings(Fields fields) {
    this.fields = fields;
  }

  private MongoSettings with(Consumer<Fields> change) {
    Fields changed = fields.clone();
    change.accept(changed);
    return new MongoSettings(changed);
  }

  /**
   * Sets the time limit of an operation, retries and server selection included. The default of 15
   * seconds survives a failover: a replica set takes 10 seconds to notice that its primary is gone
   * and a moment to elect another. A batch that is not atomic has this limit for each 1,000 keys. A
   * write whose reply is lost may take as long again to determine its outcome; an atomic batch,
   * which also has a commit, twice as long again.
   *
   * <p>A circuit breaker protects against a database that hangs: once an operation has timed out
   * and no other was answered in the meantime, further operations fail at once with an
   * {@link UnavailableException} until a probe is answered. Until it opens, at most 100 operations
   * of a process wait for longer than 2 seconds.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from 1
   *     millisecond to 1 day
   */
  public MongoSettings withTimeout(Duration newTimeout) {
    checkRange("timeout", newTimeout, Duration.ofMillis(1), Duration.ofDays(1));
    return with(fields -> fields.timeout = newTimeout);
  }

  /**
   * Sets the database. The default is the one in the connection string, or else {@code kvstore}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if MongoDB does not
   *     allow the name
   */
  public MongoSettings withDatabase(String newDatabase) {
    String checked = ClientFactory.checkDatabase(newDatabase);
    return with(fields -> fields.database = checked);
  }

  /**
   * Sets the application name in the server's log, {@code kvstore} by default; one in the
   * connection string takes precedence.
   */
  public MongoSettings withApplicationName(String newName) {
    Objects.requireNonNull(newName, "name");
    return with(fields -> fields.applicationName = newName);
  }

  /** Sets the clock for expiry and times of writes; for tests. */
  public MongoSettings withClock(Clock newClock) {
    Objects.requireNonNull(newClock, "clock");
    return with(fields -> fields.clock = newClock);
  }

  /**
   * Sets the behavior of the near-cache; {@link NearCacheSettings#DEFAULT} by default.
   *
   * <p>By default cached entries are at most 2 seconds old, or 15 seconds while this process
   * reaches only a primary that is cut off from its replica set; usually they lag by milliseconds.
   * On a sharded cluster the bound is always 15 seconds: a change is reported once every shard has
   * moved past it, which an idle shard does every 10 seconds ({@code periodicNoopIntervalSecs}).
   * When the cache cannot prove the bound, reads go to the database. A process reads its own writes
   * at once. The cache follows a change stream of the database. A standalone server has none, so
   * the versions of cached entries are polled, see {@link #withPollingInterval}, with the same
   * bound.
   *
   * <p>All stores of the database share {@link NearCacheSettings#maximumBytes()}.
   */
  public MongoSettings withNearCache(NearCacheSettings newNearCache) {
    Objects.requireNonNull(newNearCache, "nearCache");
    return with(fields -> fields.nearCache = newNearCache);
  }

  /** Turns the near-cache off: each read goes to the database. */
  public MongoSettings withoutNearCache() {
    return with(fields -> fields.nearCache = null);
  }

  /**
   * Turns on a heartbeat: a small write to the collection {@code kvstore.heartbeat} at this
   * interval. Off by default. An idle replica set reports its position only every 10 seconds or so;
   * a {@link NearCacheSettings#partitionBound() partition bound} below 15 seconds needs at least
   * three heartbeats within it. One process with a user that may write is enough; if many have a
   * heartbeat, about one of them writes each time. Useless on a standalone server.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from 100
   *     milliseconds to 1 minute
   */
  public MongoSettings withHeartbeat(Duration interval) {
    checkRange("heartbeat", interval, Duration.ofMillis(100), Duration.ofMinutes(1));
    return with(fields -> fields.heartbeat = interval);
  }

  /**
   * Sets how often a standalone server, which does not report changes, is polled for them: every
   * 500 milliseconds by default, or a quarter of the near-cache's
   * {@link NearCacheSettings#stalenessBound() staleness bound} if that is shorter. Each poll reads
   * the versions of all cached and watched keys, with one query per store and 20,000 keys. While a
   * poll takes too long for the bound, reads go to the database.
   *
   * <p>Watching a prefix or a whole store reads the version of each key in it. Such scans take at
   * most a twentieth of the time: a scan of 100 milliseconds is repeated every 2 seconds, and a
   * long one every 30 seconds, which is then the delay of the watch.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from 10
   *     milliseconds to 1 minute
   */
  public MongoSettings withPollingInterval(Duration interval) {
    checkRange("polling interval", interval, Duration.ofMillis(10), Duration.ofMinutes(1));
    return with(fields -> fields.pollingInterval = interval);
  }

  /**
   * Sets the history settings of stores without their own, see
   * {@link dev.kvstore.KVHistory#configure}. By default a store has a history if another process
   * has turned it on, and none otherwise.
   *
   * <p>The settings are stored in the database when a store is first written, and all processes
   * follow them within 5 seconds. Until then a process may write without a history, and of several
   * such writes to one key only the last one may be recorded. If processes have different settings,
   * those of the last process to start apply.
   *
   * <p>The history is kept in the collection {@code {store}.history}. Changes made without kvstore,
   * for example in the shell, are recorded without an author as soon as kvstore notices them: at
   * the next write to the entry, or when its history is read.
   */
  public MongoSettings withHistory(HistorySettings newHistory) {
    Objects.requireNonNull(newHistory, "history");
    return with(fields -> fields.history = newHistory);
  }

  /**
   * Customizes the settings of the client made from a connection string, for example to add
   * listeners. Options in the connection string take precedence. Ignored with the application's own
   * client.
   */
  public MongoSettings withClientCustomizer(Consumer<MongoClientSettings.Builder> newCustomizer) {
    Objects.requireNonNull(newCustomizer, "customizer");
    return with(fields -> fields.customizer = newCustomizer);
  }

  /**
   * Sets the Jackson mapper for Java types. It is copied: its modules, naming and mix-ins apply.
   * Settings that lose data silently, such as ignoring unknown members, are turned off; annotations
   * on a class can still turn them on.
   */
  public MongoSettings withObjectMapper(ObjectMapper newMapper) {
    Objects.requireNonNull(newMapper, "mapper");
    return with(fields -> fields.objectMapper = newMapper);
  }

  @Override
  public Duration timeout() {
    return fields.timeout;
  }

  @Override
  public Optional<String> database() {
    return Optional.ofNullable(fields.database);
  }

  @Override
  public String applicationName() {
    return fields.applicationName;
  }

  @Override
  public Clock clock() {
    return fields.clock;
  }

  /** Returns the settings of the near-cache; empty if it is off. */
  public Optional<NearCacheSettings> nearCache() {
    return Optional.ofNullable(fields.nearCache);
  }

  /** Returns the interval of the heartbeat; empty if it is off. */
  @Override
  public Optional<Duration> heartbeat() {
    return Optional.ofNullable(fields.heartbeat);
  }

  @Override
  public Optional<HistorySettings> history() {
    return Optional.ofNullable(fields.history);
  }

  public Duration pollingInterval() {
    return fields.pollingInterval;
  }

  @Nullable
  ObjectMapper objectMapper() {
    return fields.objectMapper;
  }

  @Override
  public Consumer<MongoClientSettings.Builder> clientCustomizer() {
    return fields.customizer;
  }

  /**
   * Returns how long the source may wait for changes before it must answer that there are none. An
   * answer proves freshness only as of the end of the previous answer, so two waits must fit into
   * the staleness bound; half of the bound is left for the round trips.
   */
  @Override
  public Duration longestWait() {
    return withinBound(LONGEST_WAIT);
  }

  /** Returns the polling interval, short enough to keep the staleness bound. */
  @Override
  public Duration effectivePollingInterval() {
    return withinBound(fields.pollingInterval);
  }

  private Duration withinBound(Duration wanted) {
    return nearCache()
        .map(cache -> cache.stalenessBound().dividedBy(4))
        .filter(most -> most.compareTo(wanted) < 0)
        .orElse(wanted);
  }

  private static void checkRange(String name, Duration value, Duration least, Duration most) {
    if (Objects.requireNonNull(value, name).compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The " + name + " is " + Durations.format(value) + ", it must be from "
              + Durations.format(least) + " to " + Durations.format(most));
    }
  }
}
