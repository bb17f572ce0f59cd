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

  /** What a service answers that is down, stopping or overloaded, or a gateway in its place. */
  private static final Set<Integer> NOT_NOW = Set.of(408, 425, 429, 502, 503, 504);

  /** A day, in seconds: no call takes longer. */
  private static final long LONGEST_WAIT = 86_400;

  public Call call() {
    return attempt.call();
  }

  public int status() {
    return response.statusCode();
  }

  /** Returns the media type without parameters; empty where the answer names none. */
  String mediaType() {
    String type = response.headers().firstValue("Content-Type").orElse("");
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
  }

  public boolean isKeyNotFound() {
    return isNotFound(ErrorCode.KEY_NOT_FOUND.text());
  }

  /** Returns whether the service says that there is nothing there, with this code. */
  public boolean isNotFound(String code) {
    return status() == 404
        && ProblemDetails.in(this).map(problem -> problem.hasCode(code)).orElse(false);
  }

  /** Returns whether the service says that it cannot vouch for what it answers. */
  public boolean isStale() {
    return response.headers().firstValue("KV-Stale").isPresent();
  }

  /** Throws {@link KVException} if the status is not that one. */
  public void expect(int status) {
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
   * Returns what is wrong if the service cannot answer now or there is none that could, and null if
   * this answers the call.
   *
   * @param elsewhere whether the call can be sent elsewhere, so that this answer need not do if it
   *     is none of a kvstore service
   */
  @Nullable
  KVException refusal(boolean elsewhere) {
    boolean foreign = elsewhere && !call().isWrite() && isForeign();
    return foreign || isNotNow() ? error() : null;
  }

  /** Returns whether no kvstore service wrote this, whatever it says. */
  private boolean isForeign() {
    if (status() == 204) {
      return response.headers().firstValue(SeenToken.HEADER).isEmpty();
    }
    return status() / 100 == 2
        ? !mediaType().equals(BSON)
        : ProblemDetails.in(this).isEmpty();
  }

  /** Returns how long the service wants to be left alone; zero where it does not say. */
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

  /** Returns true if a kvstore service wrote this, and nothing in between. */
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

  /** What was called and what came back, for messages; never the body. */
  @Override
  public String toString() {
    String type = mediaType();
    return attempt + " was answered with status " + status()
        + (type.isEmpty() ? " and no content type" : " and content type " + type);
  }
}
