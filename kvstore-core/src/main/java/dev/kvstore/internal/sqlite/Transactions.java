package dev.kvstore.internal.sqlite;

import java.sql.SQLException;

/** One transaction at a time, all called on the writer's thread. */
interface Transactions {
  void begin() throws SQLException;

  /** Does what is to be done last, before {@link #commit}. */
  void complete() throws SQLException;

  /** Returns when what was done since {@link #begin} is on the disk. */
  void commit() throws SQLException;

  /** Undoes what was done since {@link #begin}, if that is still to be undone. */
  void rollback();

  /** Called after commits, when nobody waits for them any more. Must not throw. */
  void tidyUp();

  /**
   * Moves what is only in the log into the database file, so that a copy of the file alone is
   * complete. Called in quiet moments. Must not throw.
   */
  void checkpoint();
}
