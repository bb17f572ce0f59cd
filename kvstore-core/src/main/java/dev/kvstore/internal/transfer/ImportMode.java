package dev.kvstore.internal.transfer;

import java.util.Locale;

/** What an import does with entries that the store has already. */
public enum ImportMode {
  /** Replaces those that are in the snapshot. The others stay. */
  MERGE,

  /** Keeps all of them, and only adds what is missing. */
  DEFAULTS,

  /** Replaces those that are in the snapshot, and deletes the others. */
  REPLACE,

  /** Stores all as it was, metadata and history included, in a store that has nothing else. */
  RESTORE;

  /** As it is written on the command line and in a query string. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
