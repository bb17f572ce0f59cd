package dev.kvstore;

import org.jspecify.annotations.Nullable;

/** Thrown if an input is invalid; {@link #code()} identifies which. Nothing was written. */
public class InvalidInputException extends KVException {
  private static final long serialVersionUID = 1L;

  public InvalidInputException(ErrorCode code, String message) {
    super(code, message);
  }

  public InvalidInputException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(code, message, cause);
  }
}
