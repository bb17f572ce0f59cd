package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * The database or service cannot be reached or did not answer in time. Trying again later may help.
 * A write that threw exactly this did not happen; one whose fate is not known throws
 * {@link OutcomeUnknownException}.
 */
public class UnavailableException extends KVException {
  private static final long serialVersionUID = 1L;

  public UnavailableException(String message, @Nullable Throwable cause) {
    super(ErrorCode.UNAVAILABLE, message, cause);
  }

  UnavailableException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(code, message, cause);
  }
}
