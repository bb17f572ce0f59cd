package dev.kvstore.internal.sqlite;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The tables, and whether a file has them. */
final class Schema {
  /** "KVST", at a fixed place in the file's header, by which it is known to be ours. */
  static final int APPLICATION_ID = 0x4B565354;

  static final int VERSION = 2;

  /**
   * The values, up to a megabyte each, have a table of their own, so that a page of {@code entries}
   * holds dozens of them and listing keys or metadata never comes near a value. That leaves entries
   * small enough for WITHOUT ROWID: the one tree that keeps the keys unique and in order is also
   * where the rest of the entry is. So a read goes through two trees, as it would with a rowid
   * table and its index; a rowid table with the values in it would need one more, to cover
   * listings.
   *
   * <p>Text is compared as bytes of UTF-8, which is the default. A store without entries stays.
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
   * What format 2 has more: the position of the last change, in a row that each transaction writes
   * once. AUTOINCREMENT, SQLite's own, counts rows that are inserted, not changes.
   */
  private static final List<String> SEQUENCE = List.of(
      "CREATE TABLE change_sequence (id INTEGER PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL)"
          + " STRICT",
      "INSERT INTO change_sequence (id, last) VALUES (1, 0)");

  /**
   * The history. It stands beside the tables of format 2, and a version that does not know it
   * ignores it: so the number of the format stays.
   *
   * <p>A revision has a {@code replaced_at} once another has taken its place, and one that ended an
   * entry has it from the start: that is what retention goes by. Its {@code value_id} is null while
   * it is the present one, whose value is the entry's.
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
        removed INTEGER NOT NULL DEFAULT 0
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

  private Schema() {}

  /**
   * Makes the tables in an empty file, brings one of an earlier format to this one, and refuses a
   * file with anything else than these tables, which is left as it is.
   *
   * @return whether the file had no tables
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
      if (version != VERSION
          || number(statement, "SELECT count(*) FROM sqlite_schema WHERE name = 'history_position'")
              == 0) {
        bringUp(statement, version);
      }
      return empty;
    }
  }

  /**
   * Refuses a file that is not a database of this or an earlier format. Changes nothing.
   *
   * @param file what to call it
   */
  static void require(Connection connection, Path file) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      check(
          number(statement, "PRAGMA application_id"),
          number(statement, "PRAGMA user_version"),
          file);
    }
  }

  /** Returns the position that was saved last. */
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
