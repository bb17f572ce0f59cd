package dev.kvstore.client.internal.request;

import org.jspecify.annotations.Nullable;

/** An answer's body is not what it should be; the message says where, never with a value. */
public final class MalformedAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MalformedAnswerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
