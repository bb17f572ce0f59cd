package dev.kvstore;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of all exceptions of this library. There are subclasses for errors that callers catch or
 * that carry details; {@link #code()} identifies all errors. Messages name keys and types, never
 * values or secrets.
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
   * Returns the outcome of each key of a failed {@link KVStore#setMany}; empty if the batch is
   * atomic or nothing was sent.
   *
   * @since 0.1.0
   */
  public final Optional<BatchOutcome> batchOutcome() {
    return Optional.ofNullable(batchOutcome);
  }

  /**
   * Adds the outcome of each key of a batch and returns the exception. For implementations of
   * stores.
   *
   * @since 0.1.0
   */
  public static <E extends KVException> E with(E exception, BatchOutcome outcome) {
    KVException target = exception;
    target.batchOutcome = outcome;
    return exception;
  }
}
