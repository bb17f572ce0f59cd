package dev.kvstore.http.error;

import dev.kvstore.BatchOutcome;
import dev.kvstore.ErrorCode;
import dev.kvstore.EtagReusedException;
import dev.kvstore.ImportStoppedException;
import dev.kvstore.InvalidSnapshotException;
import dev.kvstore.KVException;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.ValidationFailedException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/** Converts exceptions to problems. */
public final class Problems {
  private static final String INTERNAL_DETAIL =
      "Something went wrong; the service's log says more under this request id";

  /** Replaces the store's own message, which names hosts and files and belongs in the log. */
  private static final String UNAVAILABLE_DETAIL =
      "The service does not reach its database, or cannot read its tokens; its log says more under"
          + " this request id";

  private static final String UNKNOWN_DETAIL =
      "The database did not confirm the write, and whether it was done could not be found out: read"
          + " it before trying again. The service's log says more under this request id";

  private static final String STOPPED_DETAIL = "The import has stopped at this key, and entries"
      + " before it were written. Send it again to complete it";

  /** The maximum number of keys of a batch whose response lists the outcome of each key. */
  private static final int MOST_KEYS = 1000;

  private Problems() {}

  /** Returns the problem for the failure of a request, which may be a write. */
  public static Problem of(Throwable failure, boolean write) {
    if (failure instanceof ProblemException problem) {
      return problem.problem();
    }
    if (failure instanceof KVException kv) {
      return withOutcome(ofStore(kv, write), kv);
    }
    HttpException http = findHttpException(failure);
    if (http != null) {
      return ofStatus(http.getCode(), http.getReason());
    }
    if (failure instanceof IOException) {
      // Only connections to callers throw these; the databases have their own exceptions.
      return failure.getCause() instanceof TimeoutException
          ? ofStatus(ErrorKind.TIMED_OUT.status(), null)
          : new Problem(ErrorKind.BAD_REQUEST, "The request could not be read to its end");
    }
    return new Problem(ErrorKind.INTERNAL, INTERNAL_DETAIL);
  }

  /** Returns the problem for an error found by Jetty. */
  public static Problem ofStatus(int status, @Nullable String reason) {
    ErrorKind kind = ErrorKind.ofStatus(status);
    // A reason that only repeats the status in words is useless.
    boolean says = (kind.status() < 500 || kind == ErrorKind.NOT_IMPLEMENTED)
        && reason != null
        && !reason.isBlank()
        && !reason.equals(HttpStatus.getMessage(status));
    Problem problem = new Problem(kind, says ? kind.title() + ": " + reason : kind.title());
    return kind == ErrorKind.UNAVAILABLE ? problem.withHeader("Retry-After", "1") : problem;
  }

  private static Problem ofStore(KVException failure, boolean write) {
    ErrorKind kind = ErrorKind.of(failure.code());
    return switch (kind) {
      case INTERNAL -> new Problem(kind, INTERNAL_DETAIL);
      case UNAVAILABLE -> unavailable(failure, write);
      default -> withDetails(new Problem(kind, message(failure)), failure);
    };
  }

  private static Problem unavailable(KVException failure, boolean write) {
    ErrorCode code = failure.code();
    String detail = switch (code) {
      case UNAVAILABLE -> UNAVAILABLE_DETAIL;
      case OUTCOME_UNKNOWN ->
        failure instanceof ImportStoppedException ? STOPPED_DETAIL : UNKNOWN_DETAIL;
      case CLOSED -> "The service is stopping";
      default -> "The database refuses the service's own credentials";
    };
    Problem problem = withDetails(new Problem(ErrorKind.UNAVAILABLE, detail), failure)
        .withHeader("Retry-After", "1");
    if (code == ErrorCode.OUTCOME_UNKNOWN) {
      return problem.with("outcome", "unknown");
    }
    return write ? problem.with("outcome", "not-done") : problem;
  }

  private static Problem withOutcome(Problem problem, KVException failure) {
    BatchOutcome outcome = failure.batchOutcome().orElse(null);
    if (outcome == null
        || outcome.written().size()
                + outcome.notWritten().size()
                + outcome.unknown().size()
            > MOST_KEYS) {
      return problem;
    }
    return problem
        .with("written", outcome.written())
        .with("notWritten", outcome.notWritten())
        .with("unknown", outcome.unknown());
  }

  private static Problem withDetails(Problem problem, KVException failure) {
    if (failure instanceof KeyNotFoundException absent) {
      return problem.with("key", absent.key());
    }
    if (failure instanceof PreconditionFailedException changed) {
      return problem
          .with("key", changed.key().isEmpty() ? null : changed.key())
          .with("etag", changed.presentEtag().orElse(null));
    }
    if (failure instanceof EtagReusedException reused) {
      return problem.with("key", reused.key()).with("etag", reused.etag());
    }
    if (failure instanceof TypeMismatchException mismatch) {
      return problem
          .with("key", mismatch.key())
          .with("storedType", mismatch.storedType())
          .with("wantedType", mismatch.wantedType());
    }
    if (failure instanceof InvalidSnapshotException invalid) {
      return problem.withObjects(
          "problems", invalid.problems().stream().map(Problems::members).toList());
    }
    if (failure instanceof ImportStoppedException stopped) {
      Problem at = problem.with("key", stopped.key());
      return stopped.line() > 0 ? at.with("line", stopped.line()) : at;
    }
    if (failure instanceof ValidationFailedException invalid) {
      return problem.with("key", invalid.key());
    }
    return problem;
  }

  private static Map<String, Object> members(InvalidSnapshotException.Problem problem) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("key", problem.key());
    members.put("pointer", problem.pointer());
    members.put("line", problem.line());
    members.put("column", problem.column());
    members.put("detail", problem.detail());
    return members;
  }

  private static String message(KVException failure) {
    if (failure instanceof InvalidSnapshotException invalid
        && !invalid.problems().isEmpty()) {
      return "The snapshot has problems, of which the first is in line "
          + invalid.problems().get(0).line() + "; nothing was written";
    }
    String message = failure.getMessage();
    return message == null ? failure.code().text() : message;
  }

  private static @Nullable HttpException findHttpException(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof HttpException http) {
        return http;
      }
    }
    return null;
  }
}
