package dev.kvstore.internal.sqlite;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.files.DurableFile;
import dev.kvstore.internal.files.FileTrust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.DB;

/**
 * Backs up a database file while it is in use, and restores a copy.
 *
 * <p>A copy is made with SQLite's online backup, in one read transaction: it has every write that
 * was acknowledged before it started, and no partial write. It does not use the
 * {@link DatabaseLock}, which excludes a second writer: SQLite's own locks are enough for a reader,
 * so the owner may start, write and end during the copy. The log of the file grows until the copy
 * is done.
 */
public final class SqliteBackup {
  /** The number of pages copied between two reports of progress. */
  private static final int STEP_PAGES = 1024;

  /** Suffixes of files that SQLite would mistake for parts of a restored file. */
  private static final List<String> LOGS = List.of("-wal", "-journal");

  private SqliteBackup() {}

  /** Receives the progress of a copy. */
  public interface Progress {
    /** Called from time to time. The total is the size of the whole file. */
    void copied(long bytes, long totalBytes);
  }

  /**
   * Copies a database file, which another process may have open, to a new file that only its owner
   * can read. The copy appears under its name when it is complete, checked and durable.
   *
   * @param timeout how long to wait for another program that holds the whole file
   * @throws InvalidInputException if there is no such file, or the copy already exists
   * @throws KVException as for {@link SqliteEntryDatabase#open(Path, SqliteConfig)}
   */
  public static void backup(Path file, Path copy, Duration timeout, Progress progress) {
    Connections.requireDriver();
    requireFile("The database file", file);
    requireAbsent(copy, "choose another name");
    Path folder = folder(copy.toAbsolutePath());
    if (!Files.isDirectory(folder)) {
      throw refused("The folder " + folder + " does not exist");
    }
    try {
      Path real = file.toRealPath();
      trust(real).sharing().require("The database file", real);
      DatabaseFile.requireTrustedBeside(real);
      try (Connection source = new Connections(real, timeout).reader()) {
        copy(source, real, copy.toAbsolutePath(), draft -> {}, progress);
      }
    } catch (IOException e) {
      throw unavailable(copy, e);
    } catch (SQLException e) {
      throw new SqlErrors(file).of(e);
    }
  }

  /**
   * Restores a copy that {@link #backup} made to a path without a database. The file appears under
   * its name when it is complete, checked and durable; folders are created for the owner only.
   *
   * @throws InvalidInputException if there is no such copy, it is not complete without its log, or
   *     there is a database already
   * @throws KVException with {@link ErrorCode#UNSUPPORTED_SERVER} if the copy is not a database of
   *     this or an earlier version; {@link ErrorCode#INTERNAL} if it is damaged;
   *     {@link ErrorCode#UNAVAILABLE} if the file cannot be written, or other users could change it
   */
  public static void restore(Path copy, Path file, Progress progress) {
    Connections.requireDriver();
    requireFile("The copy", copy);
    for (String end : LOGS) {
      if (hasContent(beside(copy, end))) {
        throw refused("The copy " + copy + " is not complete without its log " + beside(copy, end)
            + ": it was not made by a backup. Put both into the folder of the data by hand, under"
            + " the names of the database file and its log");
      }
    }
    String advice = "a restore does not replace data: stop the service, and move that away first";
    requireAbsent(file, advice);
    LOGS.stream()
        .map(end -> beside(file, end))
        .filter(SqliteBackup::hasContent)
        .forEach(log -> requireAbsent(log, advice));
    Path absolute = file.toAbsolutePath();
    try {
      trust(absolute).require("The database file", absolute);
      DurableFile.createFolders(absolute.getParent());
      try (Connection source = new Connections(copy.toRealPath(), Duration.ZERO).immutable()) {
        Path folder = folder(absolute);
        copy(source, copy, absolute, draft -> DurableFile.giveTo(folder, false, draft), progress);
      }
    } catch (IOException e) {
      throw unavailable(file, e);
    } catch (SQLException e) {
      throw new SqlErrors(copy).of(e);
    }
  }

  /**
   * @param from the name of the source for messages
   * @param last the last step on the complete draft
   */
  private static void copy(
      Connection source, Path from, Path to, DurableFile.Writing last, Progress progress)
      throws IOException, SQLException {
    try (Statement statement = source.createStatement()) {
      // Keeps one state of the file from the first read on.
      statement.execute("BEGIN");
      Schema.require(source, from);
      long pageBytes = number(statement, "PRAGMA page_size");
      Path draft = Files.createTempFile(
          folder(to), to.getFileName() + ".", ".partial", DurableFile.ownerOnly());
      draft.toFile().deleteOnExit();
      try {
        copyPages(
            source,
            to,
            draft,
            (remaining, pages) ->
                progress.copied((pages - remaining) * pageBytes, pages * pageBytes));
        requireSound(draft, from);
        last.to(draft);
        DurableFile.publish(to, draft);
      } finally {
        Files.deleteIfExists(draft);
        Files.deleteIfExists(beside(draft, "-journal"));
      }
    }
  }

  private static void copyPages(
      Connection source, Path to, Path draft, DB.ProgressObserver observer) throws SQLException {
    DB database = source.unwrap(SQLiteConnection.class).getDatabase();
    int code = database.backup("main", draft.toString(), observer, 0, 0, STEP_PAGES);
    if (code != 0) {
      throw new SqlErrors(to).of(DB.newSQLException(code, "online backup"));
    }
  }

  /** @param from the original of the copy */
  private static void requireSound(Path draft, Path from) throws SQLException {
    try (Connection connection = new Connections(draft, Duration.ZERO).immutable();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA integrity_check(1)")) {
      row.next();
      String found = row.getString(1);
      if (!"ok".equals(found)) {
        throw new KVException(
            ErrorCode.INTERNAL,
            "The database file " + from + " is damaged, and was not copied: " + found);
      }
    }
  }

  private static long number(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Root may copy files of a service's user. */
  private static FileTrust trust(Path file) throws IOException {
    return FileTrust.ofProcessIn(folder(file));
  }

  private static Path folder(Path file) {
    return Objects.requireNonNull(file.getParent(), "a file is in a folder");
  }

  private static void requireFile(String what, Path file) {
    if (!Files.isRegularFile(file)) {
      throw refused(
          what + " " + file + (Files.exists(file) ? " is not a file" : " does not exist"));
    }
  }

  private static void requireAbsent(Path file, String advice) {
    if (Files.exists(file, NOFOLLOW_LINKS)) {
      throw refused("The file " + file + " exists already: " + advice);
    }
  }

  private static boolean hasContent(Path file) {
    return file.toFile().length() > 0;
  }

  private static Path beside(Path file, String end) {
    return file.resolveSibling(file.getFileName() + end);
  }

  private static InvalidInputException refused(String message) {
    return new InvalidInputException(ErrorCode.INVALID_PARAMETER, message);
  }

  private static UnavailableException unavailable(Path file, IOException e) {
    return new UnavailableException(
        "The file " + file + " cannot be written: " + DatabaseFile.reason(e), e);
  }
}
