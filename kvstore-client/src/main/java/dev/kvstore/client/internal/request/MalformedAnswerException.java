package dev.kvstore.client.internal.request;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the body of a response is malformed; the message says where and never quotes a value.
 */
public final class MalformedAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MalformedAnswerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
