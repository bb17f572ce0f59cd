package dev.kvstore.client.internal.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.BatchOutcome;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteCondition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A problem document of the service (RFC 9457), and its conversion to the exception that a local
 * store would have thrown.
 */
public final class ProblemDetails {
  private static final String MEDIA_TYPE = "application/problem+json";
  private static final String REPEATED_WRITE = "repeated-write";
  private static final int LONGEST_TEXT = 2000;
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Map<String, ErrorCode> CODES = Arrays.stream(ErrorCode.values())
      .collect(Collectors.toUnmodifiableMap(ErrorCode::text, Function.identity()));

  private final JsonNode members;

  private ProblemDetails(JsonNode members) {
    this.members = members;
  }

  /** Returns the problem in a response; empty if there is none. */
  public static Optional<ProblemDetails> in(Answer answer) {
    if (!answer.mediaType().equals(MEDIA_TYPE)) {
      return Optional.empty();
    }
    try {
      ProblemDetails problem =
          new ProblemDetails(JSON.readTree(answer.response().body()));
      return problem.text("code") == null ? Optional.empty() : Optional.of(problem);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  boolean hasCode(String code) {
    return code.equals(text("code"));
  }

  /**
   * Returns true if the write with this etag was refused because the entry already has the etag.
   */
  public boolean refusesForEtag(String etag) {
    @Nullable ErrorCode code = CODES.get(String.valueOf(text("code")));
    return switch (code == null ? ErrorCode.INTERNAL : code) {
      case PRECONDITION_FAILED -> etag.equals(text("etag"));
      case INVALID_PARAMETER ->
        etag.equals(text("etag")) || String.valueOf(text("detail")).contains(etag);
      default -> false;
    };
  }

  KVException toException(Answer answer) {
    KVException exception = exception(answer);
    return members.has("notWritten")
        ? KVException.with(
            exception, new BatchOutcome(keys("written"), keys("notWritten"), keys("unknown")))
        : exception;
  }

  private List<String> keys(String member) {
    List<String> keys = new ArrayList<>();
    members.path(member).forEach(key -> keys.add(key.asText()));
    return keys;
  }

  private KVException exception(Answer answer) {
    @Nullable ErrorCode code = CODES.get(String.valueOf(text("code")));
    if (hasCode(REPEATED_WRITE)) {
      // The caller chose an etag that it had already used.
      return new InvalidInputException(ErrorCode.INVALID_PARAMETER, detail(answer));
    }
    if (code == null) {
      return ForeignAnswer.toException(answer, described(answer));
    }
    @Nullable String key = answer.call().key();
    return switch (code) {
      case INVALID_KEY, INVALID_STORE, INVALID_JSON, INVALID_VALUE, INVALID_PARAMETER, TOO_LARGE ->
        new InvalidInputException(code, detail(answer));
      case KEY_NOT_FOUND -> key == null ? plain(code, answer) : new KeyNotFoundException(key);
      case PRECONDITION_FAILED -> preconditionFailed(answer, key);
      case TYPE_MISMATCH -> typeMismatch(answer, key);
      case ATOMIC_NOT_SUPPORTED -> new AtomicNotSupportedException(detail(answer));
      case UNAVAILABLE, OUTCOME_UNKNOWN -> unavailable(answer, code);
      // The service's own store was closed, not this one.
      case CLOSED -> unavailable(answer, ErrorCode.UNAVAILABLE);
      default -> plain(code, answer);
    };
  }

  private KVException preconditionFailed(Answer answer, @Nullable String key) {
    WriteCondition condition = answer.call().condition();
    if (key == null) {
      return PreconditionFailedException.ofMany(detail(answer), text("etag"));
    }
    return condition.equals(WriteCondition.NONE)
        ? plain(ErrorCode.PRECONDITION_FAILED, answer)
        : new PreconditionFailedException(key, condition, text("etag"));
  }

  private KVException typeMismatch(Answer answer, @Nullable String key) {
    @Nullable String stored = text("storedType");
    @Nullable String wanted = text("wantedType");
    if (key == null || stored == null || wanted == null) {
      return plain(ErrorCode.TYPE_MISMATCH, answer);
    }
    TypeMismatchException bare = new TypeMismatchException(key, stored, wanted, null, null);
    // The service's detail is the message of its own exception, which begins like this one.
    String detail = detail(answer);
    String begin = bare.getMessage() + ": ";
    return detail.startsWith(begin)
        ? new TypeMismatchException(key, stored, wanted, detail.substring(begin.length()), null)
        : bare;
  }

  private KVException unavailable(Answer answer, ErrorCode code) {
    @Nullable String outcome = text("outcome");
    boolean unknown =
        outcome == null ? code == ErrorCode.OUTCOME_UNKNOWN : !outcome.equals("not-done");
    return unknown && answer.call().isWrite()
        ? new OutcomeUnknownException(described(answer), null)
        : new UnavailableException(described(answer), null);
  }

  private KVException plain(ErrorCode code, Answer answer) {
    return new KVException(code, described(answer));
  }

  /** Returns the service's detail, for errors of the caller. */
  private String detail(Answer answer) {
    @Nullable String detail = text("detail");
    return detail == null ? described(answer) : detail;
  }

  /** Returns the service's detail and the request id for its log, for errors of the service. */
  private String described(Answer answer) {
    @Nullable String detail = text("detail");
    @Nullable String request = text("requestId");
    return answer.attempt() + " was answered with status " + answer.status() + ", " + text("code")
        + (detail == null ? "" : ": " + detail)
        + (request == null ? "" : " (request " + request + ")");
  }

  private @Nullable String text(String member) {
    JsonNode node = members.get(member);
    if (node == null || !node.isTextual()) {
      return null;
    }
    String text = node.textValue();
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
  }
}
