package dev.kvstore.mongo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.mongodb.MongoClientSettings;
import dev.kvstore.Durations;
import dev.kvstore.ErrorCode;
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

/** How a store in MongoDB is opened and used. Immutable; each method returns a changed copy. */
public final class MongoSettings implements MongoConfig {
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);

  /** How long a server may wait for changes before it answers that there are none. */
  private static final Duration LONGEST_WAIT = Duration.ofMillis(500);

  private static final Duration POLLING_INTERVAL = Duration.ofMillis(500);

  /**
   * 15 seconds, the application name {@code kvstore}, the system's clock, a near-cache with
   * {@link NearCacheSettings#DEFAULT}, no heartbeat, and the default polling interval.
   */
  public static final MongoSettings DEFAULT = new MongoSettings(new Fields());

  private final Fields fields;

  /** What is set. Not changed any more once settings have it. */
  private static final class Fields implements Cloneable {
    private Duration timeout = Duration.ofSeconds(15);
    private @Nullable String database;
    private String applicationName = "kvstore";
    private Clock clock = Clock.systemUTC();
    private @Nullable NearCacheSettings nearCache = NearCacheSettings.DEFAULT;
    private @Nullable Duration heartbeat;
    private Duration pollingInterval = POLLING_INTERVAL;
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
   * How long an operation may take, retries and the search for a server included; 15 seconds by
   * default, which rides out a fail-over: a replica set takes 10 seconds to notice that its primary
   * is gone and a moment to elect another. A batch that is not atomic has as long for each 1,000
   * keys. A write whose reply is lost may take as long again, to find out what became of it; an
   * atomic batch, which has a commit too, twice as long again.
   *
   * <p>A database that is known to hang is not waited for: once an operation has run out of time
   * and no other was answered meanwhile, the next ones are refused at once with an
   * {@link UnavailableException}, until a probe is answered. Until then at most 100 operations of a
   * process wait for longer than 2 seconds.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from 1
   *     millisecond to 1 day
   */
  public MongoSettings withTimeout(Duration newTimeout) {
    checkRange("timeout", newTimeout, Duration.ofMillis(1), LONGEST_TIMEOUT);
    return with(fields -> fields.timeout = newTimeout);
  }

  /**
   * The database, whatever the connection string names. By default it is the one that the
   * connection string names, or else {@code kvstore}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if MongoDB does not
   *     allow the name
   */
  public MongoSettings withDatabase(String newDatabase) {
    String checked = ClientFactory.checkDatabase(newDatabase);
    return with(fields -> fields.database = checked);
  }

  /**
   * The name under which connections show up in the server's log and profiler, where the connection
   * string gives none; {@code kvstore} by default.
   */
  public MongoSettings withApplicationName(String newName) {
    Objects.requireNonNull(newName, "name");
    return with(fields -> fields.applicationName = newName);
  }

  /** The clock that tells when entries expire and were written; for tests. */
  public MongoSettings withClock(Clock newClock) {
    Objects.requireNonNull(newClock, "clock");
    return with(fields -> fields.clock = newClock);
  }

  /**
   * How the near-cache behaves, in which reads are served from memory; by default as in
   * {@link NearCacheSettings#DEFAULT}.
   *
   * <p>With those, nothing is served that is older than 2 seconds, and than 15 seconds while this
   * process reaches but a primary that is cut off from its replica set; mostly it is some
   * milliseconds. On a sharded cluster the bound is always 15 seconds: there a change is told once
   * every shard has moved past it, which one without writes does every 10 seconds, the server's
   * {@code periodicNoopIntervalSecs}. When the cache cannot be sure of that, reads ask the
   * database. A process reads its own writes at once. The cache follows a change stream of the
   * database, or where the server stands alone and has none, it asks for the versions of what it
   * holds, see {@link #withPollingInterval}; the same bound holds there.
   *
   * <p>{@link NearCacheSettings#maximumBytes()} is for all stores of the database together.
   */
  public MongoSettings withNearCache(NearCacheSettings newNearCache) {
    Objects.requireNonNull(newNearCache, "nearCache");
    return with(fields -> fields.nearCache = newNearCache);
  }

  /** No near-cache: each read asks the database. */
  public MongoSettings withoutNearCache() {
    return with(fields -> fields.nearCache = null);
  }

  /**
   * Writes a little to the database, to the collection {@code kvstore.heartbeat}, at such
   * intervals; by default it does not. A replica set in which nothing is written tells only every
   * 10 seconds or so how far it has come. Whoever wants a {@link NearCacheSettings#partitionBound()
   * partition bound} below 15 seconds needs three heartbeats or more within it. It suffices that
   * one process does this, with a user that may write; where many do, about one of them writes each
   * time. Of no use on a standalone server.
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
   * 500 milliseconds by default. A quarter of the near-cache's
   * {@link NearCacheSettings#stalenessBound() staleness bound} applies where that is shorter. Each
   * time the versions of all keys that are held or watched are read, by one query a store and
   * 20,000 keys. If that takes too long for the bound to hold, reads ask the database meanwhile.
   *
   * <p>To watch a prefix or a whole store means to read the version of each key in it. That takes
   * at most a twentieth of the time: a scan of 100 milliseconds is repeated every 2 seconds, and a
   * long one every 30 seconds, which is then how late such a watch is told.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not from 10
   *     milliseconds to 1 minute
   */
  public MongoSettings withPollingInterval(Duration interval) {
    checkRange("polling interval", interval, Duration.ofMillis(10), Duration.ofMinutes(1));
    return with(fields -> fields.pollingInterval = interval);
  }

  /**
   * What else is to be done to the settings of the client that is made of a connection string, such
   * as adding listeners that measure. The connection string's own options win. It is of no use with
   * a client that the application brings.
   */
  public MongoSettings withClientCustomizer(Consumer<MongoClientSettings.Builder> newCustomizer) {
    Objects.requireNonNull(newCustomizer, "customizer");
    return with(fields -> fields.customizer = newCustomizer);
  }

  /**
   * The mapper by which Java types are mapped; by default Jackson as it comes. It is copied: its
   * modules, naming and mix-ins apply. Settings by which Jackson would lose something silently,
   * such as ignoring unknown members, are turned off; an annotation on a class can still ask for
   * them.
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

  /** Returns how the near-cache behaves; empty where there is none. */
  public Optional<NearCacheSettings> nearCache() {
    return Optional.ofNullable(fields.nearCache);
  }

  /** Returns the interval of the heartbeat; empty where there is none. */
  @Override
  public Optional<Duration> heartbeat() {
    return Optional.ofNullable(fields.heartbeat);
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
   * Returns how long to wait for changes before the source has to answer that there are none. What
   * an answer proves runs from the end of the one before, so two waits must fit into the staleness
   * bound; the other half of it is for the way there and back.
   */
  @Override
  public Duration longestWait() {
    return withinBound(LONGEST_WAIT);
  }

  /** Returns the polling interval with which the staleness bound can be kept. */
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
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The " + name + " is " + Durations.format(value) + ", it must be from "
              + Durations.format(least) + " to " + Durations.format(most));
    }
  }
}
