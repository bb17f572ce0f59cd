package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the database or service cannot be reached or did not answer in time. A write that
 * throws this did not happen, so any call may be retried. A write that may have happened throws
 * {@link OutcomeUnknownException} instead.
 */
public class UnavailableException extends KVException {
  private static final long serialVersionUID = 1L;

  public UnavailableException(String message, @Nullable Throwable cause) {
    super(ErrorCode.UNAVAILABLE, message, cause);
  }
}
