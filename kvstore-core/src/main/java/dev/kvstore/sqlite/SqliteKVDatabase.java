package dev.kvstore.sqlite;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVException;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.engine.TypedDatabase;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Opens SQLite files. A file can be open in only one {@link KVDatabase} of one process at a time.
 *
 * <p>A write that has returned is on disk and survives {@code kill -9} and a power failure. Readers
 * do not wait for writers. Next to the file are its log ({@code -wal}), the log's index
 * ({@code -shm}) and a lock file ({@code .lock}). The log is moved into the file after 5 seconds
 * without a write and on close; until then the file is complete only with its log. To copy a
 * database that is in use, use the SQLite shell ({@code .backup}). Do not open the file by other
 * means in the same process: closing it would release SQLite's locks.
 *
 * <p>A missing file or folder is created; on POSIX only the owner can read the new file. On POSIX
 * the file, the files next to it, its folder and the folders above must belong to the process's
 * user or to root, and must not be world-writable, except for sticky folders such as {@code /tmp}.
 *
 * @since 0.1
 */
public final class SqliteKVDatabase {
  private static final String SCHEME = "sqlite:";

  private SqliteKVDatabase() {}

  /** Opens the file with {@link SqliteSettings#DEFAULT}. */
  public static KVDatabase open(Path file) {
    return open(file, SqliteSettings.DEFAULT);
  }

  /**
   * Opens the file.
   *
   * @throws KVException with {@link ErrorCode#LOCKED} if the file is already open, in this process
   *     or another; {@link ErrorCode#UNAVAILABLE} if it cannot be read, written or created, or
   *     other users could change it; {@link ErrorCode#UNSUPPORTED_SERVER} if it is not a database
   *     of this or an earlier version; {@link ErrorCode#INTERNAL} if it is damaged;
   *     {@link ErrorCode#MISSING_DEPENDENCY} if {@code org.xerial:sqlite-jdbc} is not on the class
   *     path. The file is left unchanged
   */
  public static KVDatabase open(Path file, SqliteSettings settings) {
    return typed(file, settings);
  }

  static TypedDatabase typed(Path file, SqliteSettings settings) {
    // Copying the mapper may fail, so do it before opening the file.
    BsonCodec codec =
        BsonCodec.create(Objects.requireNonNull(settings, "settings").objectMapper());
    SqliteEntryDatabase database = SqliteEntryDatabase.open(file, settings.config());
    return new TypedDatabase(StoreStack.over("sqlite", database, Layers.NONE), codec);
  }

  /** Opens databases for {@link KVDatabase#open}. */
  public static final class Provider implements KVDatabase.Provider {
    @Override
    public boolean accepts(String connectionString) {
      return connectionString.startsWith(SCHEME);
    }

    @Override
    public KVDatabase open(String connectionString) {
      String file = connectionString.substring(SCHEME.length());
      if (file.isEmpty() || file.startsWith("//")) {
        throw new InvalidInputException(
            ErrorCode.INVALID_PARAMETER,
            "sqlite: is followed by the path of a file, as in sqlite:settings.db or"
                + " sqlite:/var/lib/app/settings.db");
      }
      try {
        return SqliteKVDatabase.open(Path.of(file));
      } catch (InvalidPathException e) {
        throw new InvalidInputException(
            ErrorCode.INVALID_PARAMETER, "What follows sqlite: is not a path: " + e.getReason(), e);
      }
    }
  }
}
