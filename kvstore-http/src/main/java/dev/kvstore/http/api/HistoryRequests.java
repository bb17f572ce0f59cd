package dev.kvstore.http.api;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KVLabel;
import dev.kvstore.http.route.Parameters;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.typed.TypedHistory;
import java.time.Instant;

/** Reads the parts of requests that concern the history. */
public final class HistoryRequests {
  private static final BsonCodec CODEC = BsonCodec.create();

  private HistoryRequests() {}

  /** Returns the history of the store in the path. */
  public static TypedHistory history(RequestContext context) {
    return new TypedHistory(context.entries(), CODEC);
  }

  /**
   * Makes the request read the store as of the instant or label in its parameter {@code at}, if
   * there is one.
   *
   * @throws KVException as {@link #at}
   */
  public static void demandAt(RequestContext context, Parameters parameters) {
    String at = parameters.text("at");
    if (at != null) {
      context.demand(context.readOptions().at(at(context, at)));
    }
  }

  /**
   * Parses the text as an instant, or returns the instant of the label with this name.
   *
   * @throws KVException with {@link ErrorCode#LABEL_NOT_FOUND} if the store has no such label;
   *     {@link ErrorCode#INVALID_PARAMETER} if the text is neither
   */
  public static Instant at(RequestContext context, String text) {
    return Parameters.parseInstant(text).orElseGet(() -> label(context, text).at());
  }

  private static KVLabel label(RequestContext context, String name) {
    try {
      return history(context).label(name).orElseThrow(() -> labelNotFound(name));
    } catch (InvalidInputException e) {
      throw new InvalidInputException(
          e.code(),
          "'at' must be an instant such as 2026-01-31T12:00:00Z, or a label; a '+' in a URL is"
              + " percent-encoded",
          e);
    }
  }

  /** Returns the error for a missing label. */
  public static KVException labelNotFound(String name) {
    return new KVException(ErrorCode.LABEL_NOT_FOUND, "There is no label '" + name + "'");
  }
}
