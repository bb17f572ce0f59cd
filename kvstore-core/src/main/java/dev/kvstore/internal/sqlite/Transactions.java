package dev.kvstore.internal.sqlite;

import java.sql.SQLException;

/** The transactions of the writer's thread, one at a time. */
interface Transactions {
  void begin() throws SQLException;

  /** Performs the last changes before {@link #commit}. */
  void complete() throws SQLException;

  /** Commits; returns when everything since {@link #begin} is on disk. */
  void commit() throws SQLException;

  /** Rolls back everything since {@link #begin}, unless SQLite has done so already. */
  void rollback();

  /** Called after a commit, when its callers have returned. Must not throw. */
  void tidyUp();

  /**
   * Moves the log into the database file, so that a copy of the file alone is complete. Called when
   * there are no writes. Must not throw.
   */
  void checkpoint();
}
