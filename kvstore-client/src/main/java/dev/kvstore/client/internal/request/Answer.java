package dev.kvstore.client.internal.request;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

public record Answer(Attempt attempt, HttpResponse<byte[]> response) {
  private static final String BSON = "application/bson";

  /**
   * The statuses of a service that is down, stopping or overloaded, or of a gateway in front of it.
   */
  private static final Set<Integer> NOT_NOW = Set.of(408, 425, 429, 502, 503, 504);

  /** A day in seconds, longer than any call. */
  private static final long LONGEST_WAIT = 86_400;

  public Call call() {
    return attempt.call();
  }

  public int status() {
    return response.statusCode();
  }

  /** Returns the media type without parameters; empty if there is none. */
  String mediaType() {
    String type = response.headers().firstValue("Content-Type").orElse("");
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
  }

  public boolean isKeyNotFound() {
    return isNotFound(ErrorCode.KEY_NOT_FOUND.text());
  }

  /** Returns true if the service reports with this code that the resource does not exist. */
  public boolean isNotFound(String code) {
    return status() == 404
        && ProblemDetails.in(this).map(problem -> problem.hasCode(code)).orElse(false);
  }

  /** Returns true if the service marks the response as stale. */
  public boolean isStale() {
    return response.headers().firstValue("KV-Stale").isPresent();
  }

  /** Throws {@link KVException} if the status is another one. */
  public void expect(int status) {
    if (status() != status) {
      throw error();
    }
  }

  /**
   * Returns the body as parsed by the reader.
   *
   * @param reader throws {@link MalformedAnswerException} for an invalid body
   * @throws KVException if this is not a successful response with a valid body
   */
  public <T> T read(Function<byte[], T> reader) {
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

  /**
   * Returns the error if the service cannot answer now, or this is not a kvstore service; null if
   * this is the response to the call.
   *
   * @param elsewhere true if the call can be sent to another node, so that a foreign response need
   *     not be accepted
   */
  @Nullable
  KVException refusal(boolean elsewhere) {
    boolean foreign = elsewhere && !call().isWrite() && isForeign();
    return foreign || isNotNow() ? error() : null;
  }

  /** Returns true if the response is certainly not from a kvstore service. */
  private boolean isForeign() {
    if (status() == 204) {
      return response.headers().firstValue(SeenToken.HEADER).isEmpty();
    }
    return status() / 100 == 2
        ? !mediaType().equals(BSON)
        : ProblemDetails.in(this).isEmpty();
  }

  /**
   * Returns how long to wait before a retry, as requested by the service; zero if it does not say.
   */
  Duration retryAfter() {
    return retryAfter(response);
  }

  public static Duration retryAfter(HttpResponse<?> response) {
    return response.headers().firstValue("Retry-After").map(Answer::duration).orElse(Duration.ZERO);
  }

  private static Duration duration(String retryAfter) {
    try {
      long seconds = retryAfter.matches("[0-9]{1,9}")
          ? Long.parseLong(retryAfter)
          : Instant.now()
              .until(
                  Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(retryAfter)),
                  ChronoUnit.SECONDS);
      return Duration.ofSeconds(Math.max(0, Math.min(seconds, LONGEST_WAIT)));
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }

  /** Returns true if the response is from a kvstore service and not from an intermediary. */
  boolean isFromService() {
    return attempt.isRepeatedBy(response.headers()) || !isForeign();
  }

  /** Returns true if the service is down, stopping or overloaded. */
  boolean isNotNow() {
    return NOT_NOW.contains(status());
  }

  private KVException error() {
    if (status() / 100 == 2) {
      return unreadable(null);
    }
    return ProblemDetails.in(this)
        .map(problem -> problem.toException(this))
        .orElseGet(() -> ForeignAnswer.toException(this));
  }

  private KVException unreadable(@Nullable MalformedAnswerException cause) {
    String message = this + (cause == null ? "" : ", which is malformed: " + cause.getMessage())
        + "; a kvstore service answers with " + BSON + ": check the URL, and what is in between";
    return call().isWrite()
        ? new OutcomeUnknownException(message + ". What was written is not known", cause)
        : new KVException(ErrorCode.UNSUPPORTED_SERVER, message, cause);
  }

  /** Describes the call and the response for messages, without the body. */
  @Override
  public String toString() {
    String type = mediaType();
    return attempt + " was answered with status " + status()
        + (type.isEmpty() ? " and no content type" : " and content type " + type);
  }
}
