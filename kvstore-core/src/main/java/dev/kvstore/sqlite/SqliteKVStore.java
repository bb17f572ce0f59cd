package dev.kvstore.sqlite;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.typed.TypedKVStore;
import java.nio.file.Path;

/** Opens a store in a SQLite file. */
public final class SqliteKVStore {
  private SqliteKVStore() {}

  /**
   * Opens one store of the file, which belongs to it until it is closed. For several stores in one
   * file, or other settings, see {@link SqliteEntryDatabase}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_STORE} if that cannot be a store's
   *     name; the file was not touched
   * @throws KVException as {@link SqliteEntryDatabase#open(Path, SqliteSettings)}
   */
  public static KVStore open(Path file, String store) {
    Names.checkStore(store);
    SqliteEntryDatabase database = SqliteEntryDatabase.open(file);
    try {
      return TypedKVStore.over(database.store(store), BsonCodec.create(), database::close);
    } catch (RuntimeException | Error e) {
      database.close();
      throw e;
    }
  }
}
