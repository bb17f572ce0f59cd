package dev.kvstore.internal.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoNamespace;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.connection.ClusterType;
import dev.kvstore.DropOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.Names;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.mongo.feed.ChangePump;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.StoreSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A MongoDB database, 4.2 or newer, in which each collection is a store. Works with a replica set,
 * a sharded cluster or a standalone server; the last has no transactions and therefore no atomic
 * batches.
 *
 * <p>Regardless of the connection string, writes use the write concern "majority" with journaling,
 * and reads go to the primary with the read concern "majority". Name the replica set in the
 * connection string: without it, and with a single host, the driver connects to that host only,
 * even if it is not the primary. Thread-safe; open one per process.
 */
public final class MongoEntryDatabase implements EntryDatabase {
  private static final Logger logger = LoggerFactory.getLogger(MongoEntryDatabase.class);

  private static final BsonDocument PING = new BsonDocument("ping", new BsonInt32(1));

  private static final String DEFAULT_DATABASE = "kvstore";

  /**
   * The prefix of the name of a dropped store while the deletion of its entries is being recorded.
   */
  private static final String DROPPED = "_dropped.";

  private final MongoClient client;
  private final boolean clientIsOurs;
  private final MongoDatabase database;
  private final MongoConfig settings;
  private final MongoErrors errors;
  private final StoredFormat format;
  private final Sessions sessions;
  private final ChangePump pump;
  private final HistoryKeeper keeper;
  private final Map<String, HistoryLog> logs = new ConcurrentHashMap<>();
  private final @Nullable Heartbeat heartbeat;
  private final Map<String, ExpiryIndex> expiryIndexes = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private MongoEntryDatabase(
      MongoClient client, boolean clientIsOurs, String database, MongoConfig settings) {
    this.client = client;
    this.clientIsOurs = clientIsOurs;
    this.database = StoreAccess.durable(client.getDatabase(database));
    this.settings = settings;
    this.errors = new MongoErrors(ClientFactory.servers(client), settings.timeout());
    this.format = new StoredFormat(this.database, errors);
    this.sessions = new Sessions(client, this.database, settings.timeout());
    this.pump = ChangePump.of(
        this.database,
        settings.timeout(),
        settings.longestWait(),
        settings.effectivePollingInterval(),
        settings.clock());
    this.keeper = new HistoryKeeper(name(), pump);
    this.heartbeat = settings
        .heartbeat()
        .map(interval -> Heartbeat.start(this.database, interval, settings.clock()))
        .orElse(null);
  }

  /**
   * Opens the database named in the settings, or else in the connection string. Does not reach the
   * server; call {@link #ping()} for that.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the connection string
   *     is not valid; the message does not repeat it, as it may contain a password
   */
  public static MongoEntryDatabase open(String connectionString, MongoConfig settings) {
    ConnectionString parsed = ClientFactory.parse(connectionString);
    String named = Objects.requireNonNullElse(parsed.getDatabase(), DEFAULT_DATABASE);
    String name = settings.database().orElse(named);
    ClientFactory.checkDatabase(name);
    MongoClient client = ClientFactory.create(parsed, settings);
    try {
      return new MongoEntryDatabase(client, true, name, settings);
    } catch (RuntimeException | Error e) {
      client.close();
      throw e;
    }
  }

  /**
   * Checks the syntax of the connection string, without using the network. A {@code mongodb+srv}
   * string also depends on DNS records, which only {@link #open} checks.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not valid; the
   *     message does not repeat any part of it
   */
  public static void checkConnectionString(String connectionString) {
    if (!connectionString.startsWith("mongodb+srv://")) {
      ClientFactory.parse(connectionString);
    }
  }

  /**
   * Opens a database with the application's own client. The client's settings are not changed, and
   * it stays open when the database is closed.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if MongoDB does not
   *     allow the database's name
   */
  public static MongoEntryDatabase open(MongoClient client, String database, MongoConfig settings) {
    return new MongoEntryDatabase(
        Objects.requireNonNull(client, "client"),
        false,
        ClientFactory.checkDatabase(database),
        settings);
  }

  /** Returns the database's name. */
  public String name() {
    return database.getName();
  }

  @Override
  public EntryStore store(String name) {
    return openStore(Names.checkStore(name), log(name));
  }

  /** Opens a collection whose name begins with {@code _}, unlike that of any other store. */
  @Override
  public EntryStore internalStore(String name) {
    return openStore("_" + Names.checkStore(name), null);
  }

  private HistoryLog log(String store) {
    HistoryLog known = logs.get(store);
    return known != null
        ? known
        : new HistoryLog(
            database,
            store,
            new HistoryConfig(database, store, settings.history(), errors),
            errors,
            settings.clock());
  }

  private EntryStore openStore(String name, @Nullable HistoryLog log) {
    checkOpen();
    AtomicBoolean storeClosed = new AtomicBoolean();
    StoreAccess access = new StoreAccess(
        sessions,
        database.getCollection(name, RawBsonDocument.class),
        errors,
        format,
        new StoreAccess.Recording(log, keeper, logs),
        () -> expiryIndexes.computeIfAbsent(name, any -> new ExpiryIndex(errors)),
        settings,
        () -> closed.get() || storeClosed.get());
    return new MongoEntryStore(access, this::hasTransactions, pump, () -> storeClosed.set(true));
  }

  @Override
  public List<String> storeNames() {
    Deadline deadline = begin();
    return reading("the names of the stores", deadline, () -> stores(deadline).toList());
  }

  /** Returns the sizes from the server's collection statistics. */
  @Override
  public List<StoreSize> sizes(int most) {
    Deadline deadline = begin();
    return reading(
        "the sizes of stores",
        deadline,
        () -> stores(deadline)
            .limit(most)
            .flatMap(name -> size(name, deadline).stream())
            .toList());
  }

  /**
   * Returns the size; empty if the server refuses because of a missing privilege, or because the
   * store was just dropped.
   */
  private Optional<StoreSize> size(String store, Deadline deadline) {
    BsonDocument command = new BsonDocument("collStats", new BsonString(store));
    try {
      BsonDocument stats = timed(deadline).runCommand(command, BsonDocument.class);
      return Optional.of(new StoreSize(
          store,
          stats.getNumber("count", new BsonInt32(0)).longValue(),
          stats.getNumber("size", new BsonInt32(0)).longValue()));
    } catch (MongoCommandException e) {
      if (!MongoErrors.isRefusal(e)) {
        throw e;
      }
      logger.debug("No size of the store '{}'", store, e);
      return Optional.empty();
    }
  }

  @Override
  public boolean drop(String name, DropOptions options) {
    HistoryLog log = log(Names.checkStore(name));
    Deadline deadline = begin();
    format.check(deadline);
    String what = "whether there is the store '" + name + "'";
    boolean exists = reading(what, deadline, () -> exists(name, deadline));
    boolean recorded = reading(what, deadline, () -> log.config().read(deadline).isOn());
    String dropped = null;
    if (exists && recorded) {
      dropped = dropRecorded(log, Cause.of(options), deadline);
    } else if (exists) {
      try {
        drop(name, deadline);
      } catch (RuntimeException e) {
        settleDrop(name, e);
      }
    }
    ExpiryIndex index = expiryIndexes.get(name);
    if (index != null) {
      index.forget();
    }
    return (options.isPurging() && purge(log, dropped, deadline)) || exists;
  }

  /**
   * Renames the store, which is one durable step, then records the deletion of its entries from
   * there. If that is interrupted, any process completes it. Returns the new name.
   */
  private String dropRecorded(HistoryLog log, Cause cause, Deadline deadline) {
    String store = log.store();
    HistoryConfig.Dropped dropped =
        new HistoryConfig.Dropped(DROPPED + new ObjectId().toHexString(), log.now(), cause);
    String doing = "dropping the store '" + store + "'";
    reading("the settings of the history", deadline, () -> {
      log.config().dropping(dropped, deadline);
      return true;
    });
    try {
      rename(store, dropped.collection(), deadline);
    } catch (RuntimeException e) {
      settleRename(log, dropped, doing, e);
    }
    try {
      sessions.call(deadline, () -> log.finishDrops(dropped.collection(), deadline));
    } catch (RuntimeException e) {
      // The driver's message can name hosts and users, so log it only at debug level.
      logger.warn(
          "End of the entries of store '{}' not recorded ({}), it is tried again",
          store,
          e.getClass().getSimpleName());
      logger.debug("End of the entries of store '{}' not recorded", store, e);
    }
    keeper.written(log);
    return dropped.collection();
  }

  private void rename(String store, String to, Deadline deadline) {
    MongoNamespace other = new MongoNamespace(database.getName(), to);
    sessions.<@Nullable Void>run(SyncToken.START, deadline, session -> {
      MongoCollection<?> collection = timed(deadline).getCollection(store);
      if (session == null) {
        collection.renameCollection(other);
      } else {
        collection.renameCollection(session, other);
      }
      return null;
    });
  }

  /** Returns normally if the store was renamed although the reply was lost. */
  private void settleRename(
      HistoryLog log, HistoryConfig.Dropped dropped, String doing, RuntimeException failure) {
    Deadline deadline = Deadline.after(settings.timeout());
    boolean done = false;
    try {
      if (MongoErrors.isRefusal(failure)) {
        log.config().dropped(dropped, deadline);
      } else {
        done = sessions.call(deadline, () -> exists(dropped.collection(), deadline));
      }
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
    if (MongoErrors.isRefusal(failure)) {
      throw errors.of(failure, doing);
    }
    if (!done) {
      throw errors.unknown(doing, failure);
    }
  }

  private boolean purge(HistoryLog log, @Nullable String dropped, Deadline deadline) {
    return reading("the history of store '" + log.store() + "'", deadline, () -> {
      log.labels(deadline).deleteAll();
      return log.purge(dropped, deadline);
    });
  }

  private void drop(String store, Deadline deadline) {
    sessions.<@Nullable Void>run(SyncToken.START, deadline, session -> {
      MongoCollection<?> collection = timed(deadline).getCollection(store);
      if (session == null) {
        collection.drop();
      } else {
        collection.drop(session);
      }
      return null;
    });
  }

  /** Returns normally if the store was dropped although the reply was lost. */
  private void settleDrop(String name, RuntimeException failure) {
    String doing = "dropping the store '" + name + "'";
    if (MongoErrors.isRefusal(failure)) {
      throw errors.of(failure, doing);
    }
    boolean gone = false;
    try {
      Deadline deadline = Deadline.after(settings.timeout());
      gone = !sessions.call(deadline, () -> exists(name, deadline));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
    if (!gone) {
      throw errors.unknown(doing, failure);
    }
  }

  private boolean exists(String store, Deadline deadline) {
    BsonDocument wanted = collections().append("name", new BsonString(store));
    return names(wanted, deadline).contains(store);
  }

  private Stream<String> stores(Deadline deadline) {
    return names(collections(), deadline).stream().filter(Names::isStore).sorted();
  }

  private static BsonDocument collections() {
    return new BsonDocument("type", new BsonString("collection"));
  }

  private List<String> names(BsonDocument filter, Deadline deadline) {
    return timed(deadline)
        .listCollectionNames()
        .filter(filter)
        .authorizedCollections(true)
        .into(new ArrayList<>());
  }

  /**
   * Checks that the primary answers.
   *
   * @throws UnavailableException if it does not answer in time
   * @throws KVException with {@link ErrorCode#UNAUTHENTICATED}, {@link ErrorCode#FORBIDDEN} or
   *     {@link ErrorCode#UNSUPPORTED_SERVER} if it answers but cannot be used
   */
  @Override
  public void ping() {
    Deadline deadline = begin();
    reading(
        "whether it serves", deadline, () -> timed(deadline).runCommand(PING, BsonDocument.class));
  }

  /**
   * Returns false for a standalone server. The driver knows the type of the server after the first
   * command.
   */
  private boolean hasTransactions() {
    if (client.getClusterDescription().getType() == ClusterType.UNKNOWN) {
      ping();
    }
    return client.getClusterDescription().getType() != ClusterType.STANDALONE;
  }

  private MongoDatabase timed(Deadline deadline) {
    return database.withTimeout(deadline.millisLeft(), TimeUnit.MILLISECONDS);
  }

  private Deadline begin() {
    checkOpen();
    Deadline deadline = Deadline.after(settings.timeout());
    try {
      sessions.admit(deadline);
    } catch (RuntimeException e) {
      throw errors.of(e, "using the database");
    }
    return deadline;
  }

  private void checkOpen() {
    if (closed.get()) {
      throw MongoErrors.closed();
    }
  }

  private <T> T reading(String what, Deadline deadline, Supplier<T> command) {
    try {
      return sessions.call(deadline, command);
    } catch (RuntimeException e) {
      throw errors.of(e, "reading " + what);
    }
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    List<Runnable> closers = new ArrayList<>();
    if (heartbeat != null) {
      closers.add(heartbeat::close);
    }
    closers.add(keeper::close);
    closers.add(pump::close);
    if (clientIsOurs) {
      closers.add(client::close);
    }
    Closing.all(closers);
  }
}
