package dev.kvstore.internal.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transactions of the one connection that writes. */
final class WriteTransactions implements Transactions {
  /** How large the log may stay after its content has gone into the file. */
  static final long LOG_BYTES = 16 * 1024 * 1024;

  /** How long a checkpoint in a quiet moment waits for readers: a write may come. */
  private static final Duration QUIET_PATIENCE = Duration.ofMillis(100);

  private static final String SAVE_POSITION = "UPDATE change_sequence SET last = ?";

  private static final Logger log = LoggerFactory.getLogger(WriteTransactions.class);

  private final Connection connection;
  private final Statements statements;
  private final ChangeLog changes;
  private final HistoryTable history;
  private final Runnable whenChanged;
  private final Path logFile;
  private final Duration timeout;
  private final SqlErrors errors;

  /** How many transactions were committed, those that changed nothing included. */
  final AtomicLong commits = new AtomicLong();
  /** How many transactions changed something. */
  final AtomicLong writes = new AtomicLong();
  /** How often the log was moved into the file, SQLite's own small steps not included. */
  final AtomicLong checkpoints = new AtomicLong();

  private boolean checkpointFails; // of the writer's thread alone

  /** How large the log may be before readers are waited for; for the writer's thread alone. */
  long toleratedLogBytes = 4 * LOG_BYTES;

  /**
   * @param statements of that connection
   * @param changes what the transactions do
   * @param whenChanged called after a commit that has changed something
   */
  WriteTransactions(
      Connection connection,
      Statements statements,
      ChangeLog changes,
      HistoryTable history,
      Runnable whenChanged,
      Path file,
      SqlErrors errors,
      Duration timeout) {
    this.connection = connection;
    this.statements = statements;
    this.changes = changes;
    this.history = history;
    this.whenChanged = whenChanged;
    this.errors = errors;
    this.timeout = timeout;
    this.logFile = file.resolveSibling(file.getFileName() + "-wal");
  }

  @Override
  public void begin() throws SQLException {
    statements.execute("BEGIN IMMEDIATE");
    history.begin();
  }

  @Override
  public void complete() throws SQLException {
    long position = changes.reserve();
    if (position != 0) {
      statements.execute(SAVE_POSITION, position);
      history.complete(position);
    }
  }

  @Override
  public void commit() throws SQLException {
    statements.execute("COMMIT");
    commits.incrementAndGet();
    boolean published = false;
    try {
      if (changes.publish()) {
        writes.incrementAndGet();
        whenChanged.run();
      }
      published = true;
    } finally {
      if (!published) {
        changes.lose();
      }
    }
  }

  @Override
  public void rollback() {
    changes.forget();
    history.forget();
    statements.forget();
    try {
      statements.execute("ROLLBACK");
    } catch (SQLException e) {
      // After some errors SQLite has done so already.
      log.debug("Nothing was rolled back", e);
      statements.forget();
    }
  }

  /**
   * SQLite moves the log into the file by itself, but begins it again only when no reader needs it.
   * Under readers that never pause it would grow without end, so now and then they are waited for.
   */
  @Override
  public void tidyUp() {
    if (logSize() >= toleratedLogBytes) {
      // Those who write meanwhile must still come in time.
      checkpoint(timeout.dividedBy(4));
      // Where someone's long read is in the way, it is not to hold up every commit from now on.
      toleratedLogBytes = Math.max(4 * LOG_BYTES, 2 * logSize());
    }
  }

  @Override
  public void checkpoint() {
    if (logSize() > 0) {
      checkpoint(QUIET_PATIENCE);
    }
  }

  /** Moves what no reader is in the way of, and empties the log if none needs it by then. */
  private void checkpoint(Duration patience) {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = " + patience.toMillis());
      try {
        statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      } finally {
        statement.execute("PRAGMA busy_timeout = " + timeout.toMillis());
      }
      checkpoints.incrementAndGet();
      checkpointFails = false;
    } catch (SQLException e) {
      if (!checkpointFails) {
        log.warn(
            "Moving the log {} into the database file failed; it is tried again: {}",
            logFile,
            errors.of(e).getMessage());
      }
      checkpointFails = true;
    }
  }

  /** Returns the size of the log in bytes, or 0 if there is none. */
  long logSize() {
    return logFile.toFile().length();
  }
}
