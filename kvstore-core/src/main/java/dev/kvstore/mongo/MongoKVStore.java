package dev.kvstore.mongo;

import com.mongodb.client.MongoClient;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import dev.kvstore.internal.mongo.MongoEntryDatabase;
import java.util.Objects;

/**
 * Opens a single store of a MongoDB database, see {@link MongoKVDatabase}. Closing the store also
 * closes the database. An invalid store name throws {@link InvalidInputException} with
 * {@link ErrorCode#INVALID_STORE}.
 */
public final class MongoKVStore {
  private MongoKVStore() {}

  /** Opens a store of the database that {@link MongoKVDatabase#open(String)} opens. */
  public static KVStore open(String connectionString, String store) {
    return open(connectionString, store, MongoSettings.DEFAULT);
  }

  /**
   * Opens a store of the database that {@link MongoKVDatabase#open(String, MongoSettings)} opens.
   */
  public static KVStore open(String connectionString, String store, MongoSettings settings) {
    Names.checkStore(store);
    Objects.requireNonNull(settings, "settings");
    return only(MongoEntryDatabase.open(connectionString, settings), store, settings);
  }

  /** Opens a store of the database that {@link MongoKVDatabase#open(MongoClient, String)} opens. */
  public static KVStore open(MongoClient client, String database, String store) {
    return open(client, database, store, MongoSettings.DEFAULT);
  }

  /**
   * Opens a store of the database that {@link MongoKVDatabase#open(MongoClient, String,
   * MongoSettings)} opens.
   */
  public static KVStore open(
      MongoClient client, String database, String store, MongoSettings settings) {
    Names.checkStore(store);
    Objects.requireNonNull(settings, "settings");
    return only(MongoEntryDatabase.open(client, database, settings), store, settings);
  }

  private static KVStore only(MongoEntryDatabase database, String store, MongoSettings settings) {
    return MongoKVDatabase.typed(database, settings).only(store);
  }
}
