package dev.kvstore.sqlite;

import java.io.IOException;
import java.nio.file.Files;
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

  private static final String SAVE_POSITION = "UPDATE change_sequence SET last = ?";

  private static final Logger log = LoggerFactory.getLogger(WriteTransactions.class);

  private final Connection connection;
  private final Statements statements;
  private final ChangeLog changes;
  private final Runnable whenChanged;
  private final Path logFile;
  private final Duration timeout;
  private final AtomicLong commits = new AtomicLong();

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
      Runnable whenChanged,
      Path file,
      Duration timeout) {
    this.connection = connection;
    this.statements = statements;
    this.changes = changes;
    this.whenChanged = whenChanged;
    this.timeout = timeout;
    this.logFile = file.resolveSibling(file.getFileName() + "-wal");
  }

  @Override
  public void begin() throws SQLException {
    statements.execute("BEGIN IMMEDIATE");
  }

  @Override
  public void complete() throws SQLException {
    long position = changes.reserve();
    if (position != 0) {
      statements.execute(SAVE_POSITION, position);
    }
  }

  @Override
  public void commit() throws SQLException {
    statements.execute("COMMIT");
    commits.incrementAndGet();
    boolean published = false;
    try {
      if (changes.publish()) {
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
    try {
      if (logSize() < toleratedLogBytes) {
        return;
      }
      try (Statement statement = connection.createStatement()) {
        // Those who write meanwhile must still come in time.
        statement.execute("PRAGMA busy_timeout = " + timeout.toMillis() / 4);
        try {
          statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        } finally {
          statement.execute("PRAGMA busy_timeout = " + timeout.toMillis());
        }
      }
      // Where someone's long read is in the way, it is not to hold up every commit from now on.
      toleratedLogBytes = Math.max(4 * LOG_BYTES, 2 * logSize());
    } catch (SQLException | IOException e) {
      log.warn("The log {} could not be moved into the database file", logFile, e);
    }
  }

  private long logSize() throws IOException {
    return Files.exists(logFile) ? Files.size(logFile) : 0;
  }

  /** Returns how many transactions were committed, those that changed nothing included. */
  long commits() {
    return commits.get();
  }
}
