package dev.kvstore.internal.sqlite;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Translates errors of SQLite for one file. */
record SqlErrors(Path file, LongSupplier freeBytes) {
  /** With less free space than this, SQLite cannot create its log and the index of the log. */
  private static final long LITTLE_SPACE = 128 * 1024;

  SqlErrors(Path file) {
    this(file, () -> freeBytes(file));
  }

  /** Returns the error of a call that changed nothing, because it was a read or was rolled back. */
  KVException of(Throwable failure) {
    if (failure instanceof KVException known) {
      return known;
    }
    if (!(failure instanceof SQLException error) || codeOf(error) == SQLiteErrorCode.SQLITE_OK) {
      return internal("failed unexpectedly", failure);
    }
    SQLiteErrorCode code = codeOf(error);
    // The low byte is the primary error code; the rest has the details.
    return switch (SQLiteErrorCode.getErrorCode(code.code & 0xff)) {
      case SQLITE_BUSY, SQLITE_LOCKED ->
        unavailable(
            "is held by another program, perhaps a backup or a SQLite shell; try again", error);
      case SQLITE_FULL ->
        unavailable(
            "cannot grow: the disk is full. Nothing was written; free some space, then try again",
            error);
      case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH ->
        unavailable(
            "cannot be opened or written: look at the permissions of the file and its folder ("
                + code.name() + ")",
            error);
      case SQLITE_IOERR ->
        unavailable("could not be read or written (" + code.name() + ")" + ifFull(), error);
      case SQLITE_NOTADB ->
        new KVException(
            ErrorCode.UNSUPPORTED_SERVER,
            "The file " + file + " is not a SQLite database; it was left as it is",
            error);
      case SQLITE_CORRUPT ->
        internal(
            "is damaged: restore it from a backup, or try the SQLite shell's .recover on a copy",
            error);
      case SQLITE_TOOBIG ->
        new InvalidInputException(
            ErrorCode.TOO_LARGE, "The value is larger than SQLite can hold", error);
      default -> internal("failed unexpectedly (" + code.name() + ")", error);
    };
  }

  /**
   * Returns the error of a commit. If syncing failed, the change is not visible now, but after a
   * crash SQLite may recover it from its log.
   */
  KVException ofCommit(Throwable failure) {
    if (failure instanceof SQLException error
        && (codeOf(error).code & 0xff) == SQLiteErrorCode.SQLITE_FULL.code) {
      return of(error);
    }
    return new OutcomeUnknownException(
        "The database file " + file + " could not be synced to the disk"
            + (failure instanceof SQLException error ? " (" + codeOf(error).name() + ")" : "")
            + ifFull()
            + ", so whether the write will last is not known: look at the disk, then read the key",
        failure);
  }

  KVException closed() {
    return new KVException(ErrorCode.CLOSED, "The database file " + file + " has been closed");
  }

  UnavailableException unavailable(String problem, @Nullable Throwable cause) {
    return new UnavailableException("The database file " + file + " " + problem, cause);
  }

  /**
   * Returns a hint if the disk is full, which SQLite reports by other errors for the files beside
   * the database.
   */
  private String ifFull() {
    long free = freeBytes.getAsLong();
    return free >= LITTLE_SPACE
        ? ""
        : ": the disk is full, or nearly so, with " + free + " bytes free";
  }

  private static long freeBytes(Path file) {
    try {
      return Files.getFileStore(file).getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }

  private KVException internal(String problem, Throwable cause) {
    return new KVException(ErrorCode.INTERNAL, "The database file " + file + " " + problem, cause);
  }

  private static SQLiteErrorCode codeOf(SQLException error) {
    return error instanceof SQLiteException sqlite
        ? sqlite.getResultCode()
        : SQLiteErrorCode.getErrorCode(error.getErrorCode());
  }
}
