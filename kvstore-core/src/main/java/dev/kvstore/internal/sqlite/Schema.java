package dev.kvstore.internal.sqlite;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The tables of a file, and the check that a file has them. */
final class Schema {
  /** "KVST", in the file header, which identifies files of kvstore. */
  static final int APPLICATION_ID = 0x4B565354;

  static final int VERSION = 2;

  /**
   * Values of up to a megabyte are in a separate table, so that a page of {@code entries} holds
   * dozens of entries, and listing keys or metadata never reads a value. That makes entries small
   * enough for WITHOUT ROWID: the same tree keeps the keys unique and in order and holds the rest
   * of the entry. So a read searches two trees, as it would with a rowid table and its index; a
   * rowid table with inline values would need one more, a covering index for listings.
   *
   * <p>Text is compared by UTF-8 bytes, which is the default. Stores without entries are kept.
   */
  private static final List<String> TABLES = List.of(
      "CREATE TABLE stores (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT",
      "CREATE TABLE entry_values (id INTEGER PRIMARY KEY, value BLOB NOT NULL) STRICT",
      """
      CREATE TABLE entries (
        store_id INTEGER NOT NULL REFERENCES stores (id),
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        etag TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        updated_by TEXT,
        expires_at INTEGER,
        value_id INTEGER NOT NULL REFERENCES entry_values (id),
        PRIMARY KEY (store_id, key)
      ) STRICT, WITHOUT ROWID""",
      "CREATE INDEX entries_expiry ON entries (expires_at) WHERE expires_at IS NOT NULL");

  /**
   * The addition of format 2: the position of the last change, in a row that each transaction
   * writes once. SQLite's AUTOINCREMENT counts inserted rows, not changes.
   */
  private static final List<String> SEQUENCE = List.of(
      "CREATE TABLE change_sequence (id INTEGER PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL)"
          + " STRICT",
      "INSERT INTO change_sequence (id, last) VALUES (1, 0)");

  /**
   * The tables of the history. A version of kvstore without a history ignores them, so the format
   * number is unchanged.
   *
   * <p>{@code replaced_at}, which determines retention, is set when a revision is replaced; for a
   * revision that ends an entry it is set from the start. {@code value_id} is null for the current
   * revision, whose value is that of the entry. {@code recorded} is 0 after a change of the store
   * that was not recorded, else 1; null in files of versions that did not store it.
   */
  private static final List<String> HISTORY = List.of(
      """
      CREATE TABLE IF NOT EXISTS history_stores (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        enabled INTEGER,
        retention INTEGER,
        revisions INTEGER,
        since INTEGER NOT NULL DEFAULT 0,
        removed INTEGER NOT NULL DEFAULT 0,
        recorded INTEGER
      ) STRICT""",
      """
      CREATE TABLE IF NOT EXISTS history (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        store_id INTEGER NOT NULL REFERENCES history_stores (id),
        key TEXT NOT NULL,
        operation TEXT NOT NULL,
        at INTEGER NOT NULL,
        author TEXT,
        comment TEXT,
        from_store TEXT,
        from_key TEXT,
        from_version INTEGER,
        from_etag TEXT,
        version INTEGER,
        etag TEXT,
        created_at INTEGER,
        expires_at INTEGER,
        value_id INTEGER,
        replaced_at INTEGER
      ) STRICT""",
      "CREATE INDEX IF NOT EXISTS history_by_key ON history (store_id, key, seq, at)",
      "CREATE INDEX IF NOT EXISTS history_in_order ON history (store_id, seq)",
      "CREATE INDEX IF NOT EXISTS history_by_age ON history (store_id, replaced_at)"
          + " WHERE replaced_at IS NOT NULL",
      """
      CREATE TABLE IF NOT EXISTS labels (
        store_id INTEGER NOT NULL REFERENCES history_stores (id),
        name TEXT NOT NULL,
        at INTEGER NOT NULL,
        author TEXT,
        comment TEXT,
        PRIMARY KEY (store_id, name)
      ) STRICT, WITHOUT ROWID""",
      "CREATE TABLE IF NOT EXISTS history_position"
          + " (id INTEGER PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL) STRICT",
      "INSERT OR IGNORE INTO history_position (id, last) VALUES (1, -1)");

  private static final String HAS_RECORDED =
      "SELECT count(*) FROM pragma_table_info('history_stores') WHERE name = 'recorded'";

  private Schema() {}

  /**
   * Creates the tables in an empty file, or upgrades a file of an earlier format. A file with any
   * other content is refused and left unchanged.
   *
   * @return true if the file had no tables
   */
  static boolean prepare(Connection connection, Path file) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int application = number(statement, "PRAGMA application_id");
      int version = number(statement, "PRAGMA user_version");
      boolean empty = number(statement, "SELECT count(*) FROM sqlite_schema") == 0
          && application == 0
          && version == 0;
      if (!empty) {
        check(application, version, file);
      }
      Connections.makeDurable(connection, file);
      if (version != VERSION || number(statement, HAS_RECORDED) == 0) {
        bringUp(statement, version);
      }
      return empty;
    }
  }

  /**
   * Refuses a file that is not a database of this or an earlier format. Changes nothing.
   *
   * @param file the name for messages
   */
  static void require(Connection connection, Path file) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      check(
          number(statement, "PRAGMA application_id"),
          number(statement, "PRAGMA user_version"),
          file);
    }
  }

  /** Returns the position that was stored last. */
  static long lastPosition(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT last FROM change_sequence")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void check(int application, int version, Path file) {
    if (application != APPLICATION_ID) {
      throw new KVException(
          ErrorCode.UNSUPPORTED_SERVER,
          "The file " + file + " is a SQLite database of another application; it was left as it is."
              + " Choose another file");
    }
    if (version < 1 || version > VERSION) {
      throw new KVException(
          ErrorCode.UNSUPPORTED_SERVER,
          "The database file " + file + " has the format " + version + ", this version of kvstore"
              + " knows those up to " + VERSION
              + "; it was left as it is. Use the version of kvstore that wrote it, or a newer one");
    }
  }

  private static void bringUp(Statement statement, int version) throws SQLException {
    statement.execute("BEGIN IMMEDIATE");
    if (version < 1) {
      execute(statement, TABLES);
    }
    if (version < 2) {
      execute(statement, SEQUENCE);
    }
    execute(statement, HISTORY);
    if (number(statement, HAS_RECORDED) == 0) {
      statement.execute("ALTER TABLE history_stores ADD COLUMN recorded INTEGER");
    }
    statement.execute("PRAGMA application_id = " + APPLICATION_ID);
    statement.execute("PRAGMA user_version = " + VERSION);
    statement.execute("COMMIT");
  }

  private static void execute(Statement statement, List<String> all) throws SQLException {
    for (String sql : all) {
      statement.execute(sql);
    }
  }

  private static int number(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getInt(1);
    }
  }
}
