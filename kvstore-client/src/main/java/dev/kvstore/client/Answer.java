package dev.kvstore.client;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the service answered to a call. */
record Answer(Call call, HttpResponse<byte[]> response) {
  private static final String BSON = "application/bson";

  int status() {
    return response.statusCode();
  }

  /** Returns the media type without parameters; empty where the answer names none. */
  String mediaType() {
    String type = response.headers().firstValue("Content-Type").orElse("");
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
  }

  /** Tells whether the service says that there is no entry under the call's key. */
  boolean isKeyNotFound() {
    return status() == 404 && Problem.in(this).map(Problem::isKeyNotFound).orElse(false);
  }

  /** @throws KVException if the status is not that one */
  void expect(int status) {
    if (status() != status) {
      throw error();
    }
  }

  /**
   * Returns what the reader makes of the body.
   *
   * @param reader throws {@link MalformedAnswerException} for a body that is not what it should be
   * @throws KVException if this is not a success with such a body
   */
  <T> T read(Function<byte[], T> reader) {
    if (status() != 200 && status() != 201) {
      throw error();
    }
    if (!mediaType().equals(BSON)) {
      throw unreadable(null);
    }
    try {
      return reader.apply(response.body());
    } catch (MalformedAnswerException e) {
      throw unreadable(e);
    }
  }

  /** Returns the exception that says what the service reported. */
  private KVException error() {
    if (status() / 100 == 2) {
      return unreadable(null);
    }
    return Problem.in(this)
        .map(problem -> problem.toException(this))
        .orElseGet(() -> ForeignAnswer.toException(this));
  }

  private KVException unreadable(@Nullable MalformedAnswerException cause) {
    String message = this + (cause == null ? "" : ", which is malformed: " + cause.getMessage())
        + "; a kvstore service answers with " + BSON + ": check the URL, and what is in between";
    return call.isWrite()
        ? new OutcomeUnknownException(message + ". What was written is not known", cause)
        : new KVException(ErrorCode.UNSUPPORTED_SERVER, message, cause);
  }

  /** What was called and what came back, for messages; never the body. */
  @Override
  public String toString() {
    String type = mediaType();
    return call + " was answered with status " + status()
        + (type.isEmpty() ? " and no content type" : " and content type " + type);
  }
}
