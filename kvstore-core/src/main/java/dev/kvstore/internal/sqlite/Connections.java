package dev.kvstore.internal.sqlite;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.UnavailableException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.SQLiteOpenMode;

/** Opens connections to one database file. */
record Connections(Path file, Duration busyTimeout) {
  /**
   * Checks that the driver is on the class path. Call before any other code of this package that
   * uses the driver.
   */
  static void requireDriver() {
    try {
      Class.forName("org.sqlite.JDBC");
      SQLiteJDBCLoader.initialize();
    } catch (ClassNotFoundException e) {
      throw new KVException(
          ErrorCode.MISSING_DEPENDENCY,
          "SQLite is not on the class path: add the dependency org.xerial:sqlite-jdbc",
          e);
    } catch (Exception e) {
      throw new KVException(
          ErrorCode.MISSING_DEPENDENCY,
          "SQLite's native library cannot be loaded from the folder for temporary files. Where that"
              + " must not hold programs, name another: -Dorg.sqlite.tmpdir=<folder>",
          e);
    }
  }

  /**
   * Opens the only connection that writes, to an existing file. Opening and reading do not change
   * the file.
   */
  Connection writer() throws SQLException {
    SQLiteConfig config = config();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    return config.createConnection(url());
  }

  Connection reader() throws SQLException {
    SQLiteConfig config = config();
    config.setReadOnly(true);
    return config.createConnection(url());
  }

  /** Opens a file that no process writes, without locking it or creating files beside it. */
  Connection immutable() throws SQLException {
    SQLiteConfig config = config();
    config.setReadOnly(true);
    return config.createConnection(url() + "?immutable=1");
  }

  /** Makes commits durable before they return, and lets reads proceed during commits. */
  static void makeDurable(Connection connection, Path file) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet mode = statement.executeQuery("PRAGMA journal_mode = WAL")) {
        if (!mode.next() || !"wal".equals(mode.getString(1))) {
          throw new UnavailableException(
              "The database file " + file
                  + " is on a drive where SQLite cannot keep its write-ahead"
                  + " log, perhaps one on the network: use a local one",
              null);
        }
      }
      statement.execute("PRAGMA synchronous = FULL");
      // On macOS a plain fsync leaves the data in the cache of the drive.
      statement.execute("PRAGMA fullfsync = ON");
      statement.execute("PRAGMA journal_size_limit = " + WriteTransactions.LOG_BYTES);
    }
  }

  private SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout((int) busyTimeout.toMillis());
    config.setGetGeneratedKeys(false);
    return config;
  }

  /**
   * Returns a URI, because the driver and SQLite interpret '?', ':memory:' and others in a plain
   * path.
   */
  private String url() {
    return "jdbc:sqlite:" + file.toUri();
  }
}
