package dev.kvstore.mongo;

import com.mongodb.client.MongoClient;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.typed.TypedKVStore;

/**
 * Opens stores in MongoDB, each of them a collection. The collection is made by the first write. A
 * database of its own is recommended: all that changes in it passes the filter of a change stream.
 *
 * <p>Reads are served from memory where the settings do not say otherwise, see
 * {@link MongoSettings#withNearCache}: at once after a write by the same store, and never older
 * than 2 seconds, or 15 while nothing but a primary that is cut off from its replica set can be
 * reached. {@link KVStore#cache()} tells how that fares. Each store that is opened here has a
 * cache, and a thread or two for it; whoever needs many stores of a database opens a
 * {@link MongoEntryDatabase}.
 *
 * <p>Opening reaches the database, so that a wrong password or address shows at once. All forms
 * throw
 *
 * <ul>
 *   <li>{@link InvalidInputException} with {@link ErrorCode#INVALID_STORE} or
 *       {@link ErrorCode#INVALID_PARAMETER} if the store's or the database's name or the connection
 *       string is not legal,
 *   <li>{@link UnavailableException} if no server can be reached within the time limit,
 *   <li>{@link KVException} with {@link ErrorCode#UNAUTHENTICATED} or
 *       {@link ErrorCode#UNSUPPORTED_SERVER} if it is there, but refuses the credentials or is
 *       older than MongoDB 4.2.
 * </ul>
 */
public final class MongoKVStore {
  private MongoKVStore() {}

  /**
   * Opens a store with {@link MongoSettings#DEFAULT}. Closing it closes its connections.
   *
   * @param connectionString {@code mongodb://…} or {@code mongodb+srv://…}; the database is the one
   *     that its path names, or else {@code kvstore}
   */
  public static KVStore open(String connectionString, String store) {
    return open(connectionString, store, MongoSettings.DEFAULT);
  }

  /** As {@link #open(String, String)}, with settings. */
  public static KVStore open(String connectionString, String store, MongoSettings settings) {
    return open(MongoEntryDatabase.open(connectionString, settings), store);
  }

  /**
   * Opens a store by a client that the application has, with {@link MongoSettings#DEFAULT}. The
   * client's settings are not changed, and it stays open when the store is closed.
   */
  public static KVStore open(MongoClient client, String database, String store) {
    return open(client, database, store, MongoSettings.DEFAULT);
  }

  /**
   * As {@link #open(MongoClient, String, String)}, with settings, of which the database is unused.
   */
  public static KVStore open(
      MongoClient client, String database, String store, MongoSettings settings) {
    return open(MongoEntryDatabase.open(client, database, settings), store);
  }

  private static KVStore open(MongoEntryDatabase database, String store) {
    try {
      Names.checkStore(store);
      database.ping();
      return TypedKVStore.over(database.onlyStore(store), BsonCodec.create(), database::close);
    } catch (RuntimeException | Error e) {
      database.close();
      throw e;
    }
  }
}
