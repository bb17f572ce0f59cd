package dev.kvstore.mongo;

import com.mongodb.client.MongoClient;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.engine.TypedDatabase;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.mongo.MongoEntryDatabase;
import java.util.Objects;

/**
 * Opens MongoDB databases, 4.2 or newer. Each store is a collection, created by its first write.
 * Use a separate database for settings: every change in the database passes through the filter of
 * the change stream.
 *
 * <p>Unless the settings say otherwise, reads are served from memory, with the bounds of
 * {@link MongoSettings#withNearCache}. {@link KVStore#cache()} reports the health of the cache.
 *
 * <p>Opening reaches the database, so that a wrong password or address shows early. All forms throw
 *
 * <ul>
 *   <li>{@link InvalidInputException} with {@link ErrorCode#INVALID_PARAMETER} if the database's
 *       name or the connection string is not valid,
 *   <li>{@link UnavailableException} if no server can be reached within the time limit,
 *   <li>{@link KVException} with {@link ErrorCode#UNAUTHENTICATED} or
 *       {@link ErrorCode#UNSUPPORTED_SERVER} if the server refuses the credentials or is older than
 *       MongoDB 4.2.
 * </ul>
 *
 * @since 0.1
 */
public final class MongoKVDatabase {
  private MongoKVDatabase() {}

  /**
   * Opens a database with {@link MongoSettings#DEFAULT}.
   *
   * @param connectionString {@code mongodb://…} or {@code mongodb+srv://…}; the database is the one
   *     named by its path, or else {@code kvstore}
   */
  public static KVDatabase open(String connectionString) {
    return open(connectionString, MongoSettings.DEFAULT);
  }

  /** Opens a database. */
  public static KVDatabase open(String connectionString, MongoSettings settings) {
    Objects.requireNonNull(settings, "settings");
    return typed(MongoEntryDatabase.open(connectionString, settings), settings);
  }

  /**
   * Opens a database with the application's own client and {@link MongoSettings#DEFAULT}. The
   * client's settings are not changed, and it stays open when the database is closed.
   */
  public static KVDatabase open(MongoClient client, String database) {
    return open(client, database, MongoSettings.DEFAULT);
  }

  /**
   * Like {@link #open(MongoClient, String)}; ignores the client settings and the database's name.
   */
  public static KVDatabase open(MongoClient client, String database, MongoSettings settings) {
    Objects.requireNonNull(settings, "settings");
    return typed(MongoEntryDatabase.open(client, database, settings), settings);
  }

  static TypedDatabase typed(MongoEntryDatabase database, MongoSettings settings) {
    try {
      database.ping();
      Layers layers = Layers.of(settings.nearCache(), true, settings.clock());
      return new TypedDatabase(
          StoreStack.over(database.name(), database, layers),
          BsonCodec.create(settings.objectMapper()));
    } catch (RuntimeException | Error e) {
      database.close();
      throw e;
    }
  }

  /** Opens databases for {@link KVDatabase#open}. */
  public static final class Provider implements KVDatabase.Provider {
    @Override
    public boolean accepts(String connectionString) {
      return connectionString.startsWith("mongodb://")
          || connectionString.startsWith("mongodb+srv://");
    }

    @Override
    public KVDatabase open(String connectionString) {
      try {
        return MongoKVDatabase.open(connectionString);
      } catch (NoClassDefFoundError e) {
        throw new KVException(
            ErrorCode.MISSING_DEPENDENCY,
            "MongoDB is reached by org.mongodb:mongodb-driver-sync, which is not on the class path",
            e);
      }
    }
  }
}
