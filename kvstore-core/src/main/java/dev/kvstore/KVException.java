package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * The root of every error of the store. Subclasses exist where a caller may want to catch just that
 * error or read its details; all others are told apart by {@link #code()}. Messages name keys and
 * types, never values or secrets.
 */
public class KVException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public KVException(ErrorCode code, String message) {
    this(code, message, null);
  }

  public KVException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** Returns the stable code of this error. */
  public final ErrorCode code() {
    return code;
  }
}
