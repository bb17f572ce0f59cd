package dev.kvstore;

/**
 * A stable code for an error, the same over MongoDB, SQLite, HTTP and the command line. Codes are
 * added, never renamed.
 */
public enum ErrorCode {
  /** The key breaks the rules of {@link Names#checkKey}. */
  INVALID_KEY("invalid-key"),
  /** The store's name breaks the rules of {@link Names#checkStore}. */
  INVALID_STORE("invalid-store"),
  /** The request body is not valid JSON. */
  INVALID_JSON("invalid-json"),
  /** The value cannot be stored without loss, or is nested too deeply. */
  INVALID_VALUE("invalid-value"),
  /** An option or query parameter is malformed or out of range. */
  INVALID_PARAMETER("invalid-parameter"),
  /** The value is larger than the configured limit. */
  TOO_LARGE("too-large"),
  /** Credentials are missing or wrong. */
  UNAUTHENTICATED("unauthenticated"),
  /** The credentials do not permit the operation. */
  FORBIDDEN("forbidden"),
  /** There is no entry under the key, or it has expired. */
  KEY_NOT_FOUND("key-not-found"),
  /** The key has no such revision. */
  VERSION_NOT_FOUND("version-not-found"),
  /** The store has no such label. */
  LABEL_NOT_FOUND("label-not-found"),
  /** The store has no history: it is turned off, or the database has none. */
  NO_HISTORY("no-history"),
  /** The history does not reach back that far. */
  HISTORY_GONE("history-gone"),
  /** The stored value cannot become the wanted type without loss. */
  TYPE_MISMATCH("type-mismatch"),
  /** Others kept changing the key while an update was retried. */
  CONFLICT("conflict"),
  /** The condition of a write does not hold. */
  PRECONDITION_FAILED("precondition-failed"),
  /** The etag chosen for a write was used before. */
  REPEATED_WRITE("repeated-write"),
  /** The value breaks a rule. */
  VALIDATION_FAILED("validation-failed"),
  /** The database has no transactions for an atomic batch. */
  ATOMIC_NOT_SUPPORTED("atomic-not-supported"),
  /** The database or service did not answer in time, or cannot be reached. Nothing was written. */
  UNAVAILABLE("unavailable"),
  /** The reply of a write was lost, and the write may or may not have happened. */
  OUTCOME_UNKNOWN("outcome-unknown"),
  /** The file belongs to another process. */
  LOCKED("locked"),
  /** The server is too old, not of the expected kind, or not trusted by the settings. */
  UNSUPPORTED_SERVER("unsupported-server"),
  /** An optional library is not on the class path. */
  MISSING_DEPENDENCY("missing-dependency"),
  /** The store was used after it had been closed. */
  CLOSED("closed"),
  /** An unexpected error; see its cause. */
  INTERNAL("internal");

  private final String text;

  ErrorCode(String text) {
    this.text = text;
  }

  /**
   * Returns the code as it appears in problem documents and on the command line, for example
   * {@code key-not-found}.
   */
  public String text() {
    return text;
  }
}
