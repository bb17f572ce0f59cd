package dev.kvstore;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of every error of the store. Subclasses exist where a caller may want to catch just that
 * error or read its details; all others are told apart by {@link #code()}. Messages name keys and
 * types, never values or secrets.
 */
public class KVException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private @Nullable BatchOutcome batchOutcome;

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

  /**
   * Returns what became of each key, if this is the error of a {@link KVStore#setMany} that is not
   * atomic and of which something was sent; else empty.
   *
   * @since 0.1.0
   */
  public final Optional<BatchOutcome> batchOutcome() {
    return Optional.ofNullable(batchOutcome);
  }

  /**
   * Says what became of each key of a batch; for implementations of stores. Returns the exception.
   *
   * @since 0.1.0
   */
  public static <E extends KVException> E with(E exception, BatchOutcome outcome) {
    KVException target = exception;
    target.batchOutcome = outcome;
    return exception;
  }
}
