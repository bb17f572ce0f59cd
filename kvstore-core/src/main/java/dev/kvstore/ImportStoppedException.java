package dev.kvstore;

import java.util.Objects;

/**
 * Thrown if an import ends early. To complete it, import the same snapshot again: entries that are
 * already stored are not written twice. {@link #code()} is {@link ErrorCode#OUTCOME_UNKNOWN} if
 * entries were or may have been written, and otherwise that of the cause.
 *
 * @since 0.1.0
 */
public final class ImportStoppedException extends KVException {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final int line;

  private ImportStoppedException(
      ErrorCode code, String key, int line, String message, Throwable e) {
    super(code, message, e);
    this.key = Objects.requireNonNull(key, "key");
    this.line = line;
  }

  /**
   * Returns the exception for an import that stopped at this key.
   *
   * @param line 0 for none
   * @param done the number of entries that were certainly written or deleted
   */
  public static ImportStoppedException of(String key, int line, long done, RuntimeException cause) {
    ErrorCode code = cause instanceof KVException known ? known.code() : ErrorCode.INTERNAL;
    return new ImportStoppedException(
        done > 0 ? ErrorCode.OUTCOME_UNKNOWN : code,
        key,
        line,
        "The import stopped at key '" + key + "'" + (line > 0 ? " (line " + line + ")" : "")
            + " after at least " + done + " changes; run it again to complete it. "
            + cause.getMessage(),
        cause);
  }

  /** Returns the first key that may not have been written or deleted. */
  public String key() {
    return key;
  }

  /** Returns the line of the key in the snapshot, from 1; 0 for a key that is to be deleted. */
  public int line() {
    return line;
  }
}
