package dev.kvstore.client.internal.request;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;

/**
 * Makes the best of an error that no kvstore service wrote, or one with a code of a later version:
 * a proxy's page, a load balancer's, another server's.
 */
final class ForeignAnswer {
  private ForeignAnswer() {}

  static KVException toException(Answer answer) {
    return toException(answer, answer + ", which is no answer of a kvstore service");
  }

  /** @param message what is known */
  static KVException toException(Answer answer, String message) {
    return switch (answer.status()) {
      case 401 -> new KVException(ErrorCode.UNAUTHENTICATED, message);
      case 403 -> new KVException(ErrorCode.FORBIDDEN, message);
      case 408, 425, 429 -> new UnavailableException(message, null);
      case 413 -> new InvalidInputException(ErrorCode.TOO_LARGE, message);
      case 414, 431 -> new InvalidInputException(ErrorCode.INVALID_PARAMETER, message);
      case 501, 505 -> new KVException(ErrorCode.UNSUPPORTED_SERVER, message);
      default ->
        answer.status() >= 500
            ? lost(answer, message)
            : new KVException(
                ErrorCode.UNSUPPORTED_SERVER, message + "; check the URL, and what is in between");
    };
  }

  /** A gateway that lost its server does not know what the server had done before. */
  private static KVException lost(Answer answer, String message) {
    return answer.call().isWrite()
        ? new OutcomeUnknownException(message + "; what was written is not known", null)
        : new UnavailableException(message, null);
  }
}
