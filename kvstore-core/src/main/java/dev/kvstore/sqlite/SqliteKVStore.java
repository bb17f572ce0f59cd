package dev.kvstore.sqlite;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import java.nio.file.Path;

/** Opens a single store of a {@link SqliteKVDatabase}; closing the store closes the file. */
public final class SqliteKVStore {
  private SqliteKVStore() {}

  /** Opens the store with {@link SqliteSettings#DEFAULT}. */
  public static KVStore open(Path file, String store) {
    return open(file, store, SqliteSettings.DEFAULT);
  }

  /**
   * Opens the store. The file belongs to it until it is closed.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_STORE} if the name is not valid;
   *     the file is not touched
   * @throws KVException as {@link SqliteKVDatabase#open(Path, SqliteSettings)}
   */
  public static KVStore open(Path file, String store, SqliteSettings settings) {
    Names.checkStore(store);
    return SqliteKVDatabase.typed(file, settings).only(store);
  }
}
