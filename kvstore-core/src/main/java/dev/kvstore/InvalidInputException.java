package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * What the caller passed in can never be stored: a key, a store name, a value or a parameter that
 * breaks the rules. Nothing was written. {@link #code()} says which of them it is.
 */
public class InvalidInputException extends KVException {
  private static final long serialVersionUID = 1L;

  public InvalidInputException(ErrorCode code, String message) {
    super(code, message);
  }

  public InvalidInputException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(code, message, cause);
  }
}
