package dev.kvstore.client.internal.request;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;

/**
 * Interprets an error response that is not from a kvstore service, such as the page of a proxy, a
 * load balancer or another server, or that has an error code of a newer version.
 */
final class ForeignAnswer {
  private ForeignAnswer() {}

  static KVException toException(Answer answer) {
    return toException(answer, answer + ", which is no answer of a kvstore service");
  }

  /** @param message the description of the response */
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

  /**
   * Returns the error of a gateway that lost its server: the server may have executed the request.
   */
  private static KVException lost(Answer answer, String message) {
    return answer.call().isWrite()
        ? new OutcomeUnknownException(message + "; what was written is not known", null)
        : new UnavailableException(message, null);
  }
}
