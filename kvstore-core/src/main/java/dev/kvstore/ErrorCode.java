package dev.kvstore;

import java.util.Locale;

/** A stable error code, the same for every back end, HTTP and the command line; never renamed. */
public enum ErrorCode {
  /** The key breaks the rules of {@link Names#checkKey}. */
  INVALID_KEY,
  /** The store's name breaks the rules of {@link Names#checkStore}. */
  INVALID_STORE,
  /** The request body is not valid JSON. */
  INVALID_JSON,
  /** The value cannot be stored without loss, or is nested too deeply. */
  INVALID_VALUE,
  /** An option or query parameter is malformed or out of range. */
  INVALID_PARAMETER,
  /** The value is larger than the configured limit. */
  TOO_LARGE,
  /** Credentials are missing or wrong. */
  UNAUTHENTICATED,
  /** The credentials do not permit the operation. */
  FORBIDDEN,
  /** There is no entry under the key, or it has expired. */
  KEY_NOT_FOUND,
  /** The key has no such revision. */
  VERSION_NOT_FOUND,
  /** The store has no such label. */
  LABEL_NOT_FOUND,
  /** The store has no history: it is turned off, or the database has none. */
  NO_HISTORY,
  /** The history does not reach back that far. */
  HISTORY_GONE,
  /** The stored value cannot become the wanted type without loss. */
  TYPE_MISMATCH,
  /**
   * Others kept changing the key while an update was retried, or the store to be restored is in
   * use.
   */
  CONFLICT,
  /** The condition of a write does not hold. */
  PRECONDITION_FAILED,
  /** The etag chosen for a write was used before. */
  REPEATED_WRITE,
  /** The value breaks a rule. */
  VALIDATION_FAILED,
  /** The database has no transactions for an atomic batch. */
  ATOMIC_NOT_SUPPORTED,
  /** The database or service did not answer in time, or cannot be reached. Nothing was written. */
  UNAVAILABLE,
  /** The reply of a write was lost, and the write may or may not have happened. */
  OUTCOME_UNKNOWN,
  /** The file belongs to another process. */
  LOCKED,
  /** The server is too old, not of the expected kind, or not trusted by the settings. */
  UNSUPPORTED_SERVER,
  /** An optional library is not on the class path. */
  MISSING_DEPENDENCY,
  /** The store was used after it had been closed. */
  CLOSED,
  /** An unexpected error; see its cause. */
  INTERNAL;

  private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** Returns the code in problem documents and on the command line, as {@code key-not-found}. */
  public String text() {
    return text;
  }
}
