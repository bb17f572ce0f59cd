package dev.kvstore.internal.transfer;

import java.util.Locale;

/** How an import treats existing entries of the store. */
public enum ImportMode {
  /** Replaces entries that are in the snapshot, and keeps the others. */
  MERGE,

  /** Keeps all entries, and only adds missing ones. */
  DEFAULTS,

  /** Replaces entries that are in the snapshot, and deletes the others. */
  REPLACE,

  /** Stores everything as it was, metadata and history included, in an empty store. */
  RESTORE;

  /** Returns the name on the command line and in a query string. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
