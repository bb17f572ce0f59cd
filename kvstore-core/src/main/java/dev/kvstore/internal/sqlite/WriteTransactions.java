package dev.kvstore.internal.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transactions of the connection that writes. */
final class WriteTransactions implements Transactions {
  /** The maximum size of the log after its content was moved into the file. */
  static final long LOG_BYTES = 16 * 1024 * 1024;

  /** How long an idle checkpoint waits for readers; short, because a write may arrive. */
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

  /** The number of committed transactions, including those that changed nothing. */
  final AtomicLong commits = new AtomicLong();
  /** The number of transactions that changed something. */
  final AtomicLong writes = new AtomicLong();
  /** How often the log was moved into the file, without SQLite's automatic checkpoints. */
  final AtomicLong checkpoints = new AtomicLong();

  private boolean checkpointFails; // confined to the writer's thread

  /**
   * The size of the log from which on a checkpoint waits for readers. Confined to the writer's
   * thread.
   */
  long toleratedLogBytes = 4 * LOG_BYTES;

  /**
   * @param statements the statements of that connection
   * @param changes the changes of the transactions
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
      // After some errors SQLite has already rolled back.
      log.debug("Nothing was rolled back", e);
      statements.forget();
    }
  }

  /**
   * Limits the size of the log. SQLite moves the log into the file by itself, but starts it over
   * only when no reader needs it. With readers that never pause it would grow without limit, so a
   * checkpoint waits for them when it is too large.
   */
  @Override
  public void tidyUp() {
    if (logSize() >= toleratedLogBytes) {
      // Leave queued writes enough time.
      checkpoint(timeout.dividedBy(4));
      // A long read must not delay every commit from now on.
      toleratedLogBytes = Math.max(4 * LOG_BYTES, 2 * logSize());
    }
  }

  @Override
  public void checkpoint() {
    if (logSize() > 0) {
      checkpoint(QUIET_PATIENCE);
    }
  }

  /** Moves as much of the log as readers permit, and truncates it if no reader needs it. */
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
