package dev.kvstore;

/**
 * What went wrong, as a stable code: the same over MongoDB, SQLite, HTTP and the command line.
 * Codes are added, never renamed.
 */
public enum ErrorCode {
  /** The key breaks the rules of {@link Names#checkKey}. */
  INVALID_KEY("invalid-key"),
  /** The store's name breaks the rules of {@link Names#checkStore}. */
  INVALID_STORE("invalid-store"),
  /** A body is not JSON. */
  INVALID_JSON("invalid-json"),
  /** The value cannot be stored without loss, or is nested too deeply. */
  INVALID_VALUE("invalid-value"),
  /** An option or query parameter is not of the form it should have. */
  INVALID_PARAMETER("invalid-parameter"),
  /** The value is larger than the configured limit. */
  TOO_LARGE("too-large"),
  /** The service or database does not know who is asking: no credentials, or wrong ones. */
  UNAUTHENTICATED("unauthenticated"),
  /** The credentials do not allow what was asked for. */
  FORBIDDEN("forbidden"),
  /** There is no entry under the key, or it has expired. */
  KEY_NOT_FOUND("key-not-found"),
  /** The stored value cannot become the wanted type without loss. */
  TYPE_MISMATCH("type-mismatch"),
  /** Others kept changing the key while an update was tried again and again. */
  CONFLICT("conflict"),
  /** The entry is not in the state that the write demanded. */
  PRECONDITION_FAILED("precondition-failed"),
  /** The etag that was chosen for a write was chosen for another one before. */
  REPEATED_WRITE("repeated-write"),
  /** The value breaks a rule that the application set for it. */
  VALIDATION_FAILED("validation-failed"),
  /** The database has no transactions, so a batch cannot be all or nothing. */
  ATOMIC_NOT_SUPPORTED("atomic-not-supported"),
  /** The database or service did not answer in time, or cannot be reached. Nothing was written. */
  UNAVAILABLE("unavailable"),
  /** A write's reply was lost, and whether it happened could not be found out. */
  OUTCOME_UNKNOWN("outcome-unknown"),
  /** The file belongs to another process. */
  LOCKED("locked"),
  /** The server is too old, is not what it should be, or is one that the settings do not trust. */
  UNSUPPORTED_SERVER("unsupported-server"),
  /** A library that is optional is not on the class path. */
  MISSING_DEPENDENCY("missing-dependency"),
  /** The store was used after it had been closed. */
  CLOSED("closed"),
  /** Something that should not happen; the cause says what. */
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
