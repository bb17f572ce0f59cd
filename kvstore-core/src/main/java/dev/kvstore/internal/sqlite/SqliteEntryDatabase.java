package dev.kvstore.internal.sqlite;

import dev.kvstore.DropOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.Names;
import dev.kvstore.UnavailableException;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.StoreSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database of stores in one SQLite file. A file can be open in only one such object of one
 * process at a time. Thread-safe.
 *
 * <p>A write that has returned is on disk and survives {@code kill -9} and a power failure. Readers
 * do not wait for writers. Beside the file are its log ({@code -wal}), the log's index
 * ({@code -shm}) and a lock file ({@code .lock}). The log is moved into the file after 5 seconds
 * without a write and on close; until then the file is complete only with its log. To copy a
 * database that is in use, use {@link SqliteBackup}: code in this process that opens and closes the
 * file itself would release SQLite's locks.
 */
public final class SqliteEntryDatabase implements EntryDatabase {
  private static final Logger log = LoggerFactory.getLogger(SqliteEntryDatabase.class);

  /** How long there must be no write before the log is moved into the file. */
  private static final Duration QUIET_TIME = Duration.ofSeconds(5);

  private final Path file;
  private final Duration timeout;
  private final DatabaseLock lock;

  // Used by the stores and tests of this package.
  final Clock clock;
  final Connection connection;
  final ChangeLog changes;
  final ChangeFeed feed;
  final WriteTransactions transactions;
  final EntryTable table;
  final HistoryTable history;
  final GroupWriter writer;
  final ReaderPool readers;

  private final Object closing = new Object();
  private boolean closed; // guarded by closing

  /** @param expectsTables true if the file existed before */
  private SqliteEntryDatabase(
      Path file,
      boolean expectsTables,
      SqliteConfig settings,
      Duration quietTime,
      DatabaseLock lock,
      Connection connection)
      throws SQLException {
    this.file = file;
    this.clock = settings.clock();
    this.timeout = settings.timeout();
    this.lock = lock;
    this.connection = connection;
    SqlErrors errors = new SqlErrors(file);
    if (Schema.prepare(connection, file) && expectsTables) {
      log.warn(
          "The database file {} has no tables, so it starts without any entries. If it is a copy, it"
              + " was made without the log {}-wal, which held them: stop this process, and copy the"
              + " file again with its log, or with the SQLite shell's .backup",
          file,
          file.getFileName());
    }
    this.changes = new ChangeLog(
        ChangeLog.first(Schema.lastPosition(connection), clock.instant()),
        ChangeLog.KEPT,
        () -> ChangeLog.positionOf(clock.instant()));
    this.feed = new ChangeFeed(changes, errors, ChangeFeed.BEAT);
    Statements statements = new Statements(connection);
    this.history = new HistoryTable(statements, clock, settings.history());
    this.transactions = new WriteTransactions(
        connection, statements, changes, history, feed::wake, file, errors, timeout);
    this.table = new EntryTable(statements, changes, history, clock);
    catchUp();
    this.writer = new GroupWriter(
        transactions, errors, timeout, table::sweep, settings.sweepInterval(), quietTime);
    this.readers = new ReaderPool(new Connections(file, timeout), errors, settings);
  }

  /** Records entries that were written to the file without its history. */
  private void catchUp() throws SQLException {
    try {
      transactions.begin();
      history.open(Schema.lastPosition(connection));
      transactions.commit();
    } catch (SQLException e) {
      transactions.rollback();
      throw e;
    }
  }

  /** Like {@link #open(Path, SqliteConfig)}, with {@link SqliteConfig#DEFAULT}. */
  public static SqliteEntryDatabase open(Path file) {
    return open(file, SqliteConfig.DEFAULT);
  }

  /**
   * Opens the file. A missing file or folder is created; on POSIX only the owner can read the new
   * file. On POSIX the file, the files beside it, its folder and the folders above must belong to
   * the process's user or to root. They may be group-writable, because groups are trusted, but not
   * world-writable, except for sticky folders such as {@code /tmp}. The files beside it must be
   * regular files. The service is stricter: it refuses groups with other members, and a sticky
   * folder that others can write.
   *
   * @throws KVException with {@link ErrorCode#LOCKED} if the file is already open, in this process
   *     or another; {@link ErrorCode#UNAVAILABLE} if it cannot be read, written or created, or
   *     other users could change it; {@link ErrorCode#UNSUPPORTED_SERVER} if it is not a database
   *     of this or an earlier version; {@link ErrorCode#INTERNAL} if it is damaged;
   *     {@link ErrorCode#MISSING_DEPENDENCY} if {@code org.xerial:sqlite-jdbc} is not on the class
   *     path. The file is left unchanged
   */
  public static SqliteEntryDatabase open(Path file, SqliteConfig settings) {
    return open(file, settings, QUIET_TIME);
  }

  static SqliteEntryDatabase open(Path file, SqliteConfig settings, Duration quietTime) {
    Objects.requireNonNull(file, "file");
    Connections.requireDriver();
    boolean existed = Files.exists(file);
    Path real = DatabaseFile.prepare(file);
    DatabaseLock lock = DatabaseLock.acquire(real);
    Connection connection = null;
    boolean opened = false;
    try {
      connection = new Connections(real, settings.timeout()).writer();
      SqliteEntryDatabase database =
          new SqliteEntryDatabase(real, existed, settings, quietTime, lock, connection);
      database.writer.start();
      opened = true;
      return database;
    } catch (SQLException e) {
      throw new SqlErrors(real).of(e);
    } finally {
      if (!opened) {
        close(connection, lock);
      }
    }
  }

  @Override
  public EntryStore store(String name) {
    return new SqliteEntryStore(Names.checkStore(name), this);
  }

  /** Returns the stores that were ever written and not dropped, even without entries. */
  @Override
  public List<String> storeNames() {
    return readers.read(ReadConnection::storeNames);
  }

  /** Scans the first {@value ReadConnection#SIZED_ENTRIES} entries of each store. */
  @Override
  public List<StoreSize> sizes(int most) {
    return readers.read(reader -> reader.sizes(most));
  }

  /** Returns the activity and size of this database. Does not block. */
  public SqliteStatistics statistics() {
    return new SqliteStatistics(
        transactions.writes.get(),
        transactions.checkpoints.get(),
        writer.queued(),
        file.toFile().length(),
        transactions.logSize());
  }

  /** Renames the store at once; its entries are then removed from the file in batches. */
  @Override
  public boolean drop(String name, DropOptions options) {
    Names.checkStore(name);
    return writer.write(0, () -> {
      boolean dropped = table.drop(name, Cause.of(options));
      return (options.isPurging() && history.purge(name)) || dropped;
    });
  }

  @Override
  public void ping() {
    readers.read(reader -> reader.read("ping", "ping", 0));
    if (!writer.isAlive()) {
      throw new UnavailableException(
          "The database file " + file + " cannot be written: the writer's thread has ended", null);
    }
    if (!Files.exists(file)) {
      throw new UnavailableException(
          "The database file " + file + " has been deleted or moved while it was in use: what is"
              + " written now is lost. Stop the process and put the file back",
          null);
    }
  }

  /**
   * Waits for accepted writes and running reads, at most four times the timeout, then releases the
   * file. If they take longer, the file stays locked by this process.
   */
  @Override
  public void close() {
    synchronized (closing) {
      if (closed) {
        return;
      }
      closed = true;
      long deadline = System.nanoTime() + 4 * timeout.toNanos();
      boolean interrupted = false;
      while (true) {
        try {
          close(deadline);
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void close(long deadline) throws InterruptedException {
    boolean written = writer.close(until(deadline));
    boolean read = readers.close(until(deadline));
    feed.close();
    if (written && read) {
      // Closing the last connection moves the log into the file and deletes it, so it must be the
      // one that can write.
      close(connection, lock);
    } else {
      log.warn("The database file {} is still being written or read, and is not closed", file);
    }
  }

  private static Duration until(long deadline) {
    return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
  }

  private static void close(@Nullable Connection connection, DatabaseLock lock) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      log.warn("The connection to a database file could not be closed", e);
    }
    try {
      lock.release();
    } catch (IOException e) {
      log.warn("The lock of a database file could not be released", e);
    }
  }
}
