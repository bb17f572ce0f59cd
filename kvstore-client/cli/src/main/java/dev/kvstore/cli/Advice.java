package dev.kvstore.cli;

import dev.kvstore.KVException;
import dev.kvstore.cli.options.Connection;

/** Describes errors and suggests what to do about them. */
final class Advice {
  private Advice() {}

  static String message(KVException error, Connection connection) {
    String message = String.valueOf(error.getMessage());
    String advice = switch (error.code()) {
      case KEY_NOT_FOUND -> "'kv list' shows those that there are";
      case PRECONDITION_FAILED -> "nothing was written";
      case TYPE_MISMATCH -> "nothing was changed";
      case UNAUTHENTICATED ->
        connection.hasToken()
            ? "it comes from " + connection.tokenOrigin()
                + ": if the service has no tokens, leave it out there"
            : "give a token: --token-file, KVSTORE_TOKEN or the configuration file";
      case FORBIDDEN -> "the token does not allow it";
      case UNSUPPORTED_SERVER -> "is --server the address of a kvstore service?";
      case OUTCOME_UNKNOWN -> "'kv get' shows what is there now";
      case INTERNAL, CLOSED, MISSING_DEPENDENCY -> "this should not happen; -v tells more";
      default -> "";
    };
    return advice.isEmpty() ? message : message + "; " + advice;
  }
}
