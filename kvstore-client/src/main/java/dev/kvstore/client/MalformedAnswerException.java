package dev.kvstore.client;

import org.jspecify.annotations.Nullable;

/** An answer's body is not what it should be; the message says where, never with a value. */
final class MalformedAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedAnswerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
