package dev.kvstore;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;

/**
 * A database with any number of stores: MongoDB, a SQLite file, or a kvstore service.
 *
 * <pre>{@code
 * try (KVDatabase database = KVDatabase.open("mongodb://localhost/app?replicaSet=rs0")) {
 *   KVStore settings = database.store("settings");
 *   settings.set("ui.theme", "dark");
 * }
 * }</pre>
 *
 * <p>All stores of a database share its connections, its change feed, its threads and the memory of
 * its near-cache. Open one per process. Thread-safe.
 *
 * <p>{@link #stores}, {@link #entryCounts}, {@link #drop} and {@link #health} reach the database
 * and block for up to its time limit. They then throw {@link UnavailableException}, and after
 * {@link #close()} a {@link KVException} with {@link ErrorCode#CLOSED}; {@code health} returns the
 * problem instead. Closing the database closes its stores.
 *
 * @since 0.1
 */
public interface KVDatabase extends AutoCloseable {
  /**
   * Opens a database with the default settings. For other settings, or to pass in your own client,
   * see {@code MongoKVDatabase}, {@code SqliteKVDatabase} and {@code HttpKVDatabase}.
   *
   * @param connectionString one of
   *     <ul>
   *       <li>{@code mongodb://…} or {@code mongodb+srv://…}: the MongoDB database named by the
   *           path, or else {@code kvstore}; needs {@code org.mongodb:mongodb-driver-sync}
   *       <li>{@code sqlite:settings.db}: a file; needs {@code org.xerial:sqlite-jdbc}
   *       <li>{@code https://settings.example.net}, or {@code http}: a kvstore service; needs
   *           {@code dev.kvstore:kvstore-client}
   *     </ul>
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the connection string
   *     is not valid; the message does not repeat it, as it may hold a password
   * @throws KVException with {@link ErrorCode#MISSING_DEPENDENCY} if a library is missing
   * @throws UnavailableException if MongoDB or the file cannot be reached; opening a service does
   *     not connect to it
   */
  static KVDatabase open(String connectionString) {
    Objects.requireNonNull(connectionString, "connectionString");
    for (Provider provider : ServiceLoader.load(Provider.class, Provider.class.getClassLoader())) {
      if (provider.accepts(connectionString)) {
        return provider.open(connectionString);
      }
    }
    if (connectionString.startsWith("http://") || connectionString.startsWith("https://")) {
      throw new KVException(
          ErrorCode.MISSING_DEPENDENCY,
          "A kvstore service is reached by dev.kvstore:kvstore-client, which is not on the class"
              + " path");
    }
    throw new InvalidInputException(
        ErrorCode.INVALID_PARAMETER,
        "The connection string must begin with mongodb://, mongodb+srv://, sqlite:, https:// or"
            + " http://");
  }

  /**
   * Returns the store with this name. Does not reach the database: the first write creates the
   * store. Closing the store ends its watches and bindings; the database stays open.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_STORE} if the name is not valid
   */
  KVStore store(String name);

  /** Returns the names of the stores that exist, in order. */
  List<String> stores();

  /** Returns the number of entries of each store, in order of name; counting stops at 10,000. */
  Map<String, Long> entryCounts();

  /**
   * Deletes the store and all its entries in one durable step. Its watchers get
   * {@link KVWatcher#reset()}. Its history, if it has one, is kept as long as that of other
   * deletions, and continues when a store of the same name is written again.
   *
   * @return true if the store existed
   * @throws InvalidInputException with {@link ErrorCode#INVALID_STORE} if the name is not valid
   * @throws OutcomeUnknownException if the reply was lost and the store may or may not be gone
   */
  default boolean drop(String name) {
    return drop(name, DropOptions.DEFAULT);
  }

  /**
   * Like {@link #drop(String)}, with an author and a comment for the history, or without keeping
   * the history. The history of a store that was dropped earlier can still be removed this way.
   */
  boolean drop(String name, DropOptions options);

  /** Returns the health of the database and its near-cache. */
  KVHealth health();

  /** Closes all stores and everything that was opened for them. Idempotent. */
  @Override
  void close();

  /** A kind of database, found with {@link ServiceLoader}. */
  interface Provider {
    /** Returns true if this kind of database has connection strings like this one. */
    boolean accepts(String connectionString);

    /** Opens the database, as {@link KVDatabase#open} says. */
    KVDatabase open(String connectionString);
  }
}
