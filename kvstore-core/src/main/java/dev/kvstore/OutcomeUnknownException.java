package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the reply of a write was lost and the write may or may not have happened: the database
 * could not be queried, or another write intervened. Read the key before you write again, because a
 * retry may repeat the write. After an {@link UnavailableException} a retry is safe.
 */
public final class OutcomeUnknownException extends KVException {
  private static final long serialVersionUID = 1L;

  public OutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(ErrorCode.OUTCOME_UNKNOWN, message, cause);
  }
}
