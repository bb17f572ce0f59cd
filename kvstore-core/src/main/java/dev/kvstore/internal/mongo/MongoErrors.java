package dev.kvstore.internal.mongo;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoClientException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoConfigurationException;
import com.mongodb.MongoConnectionPoolClearedException;
import com.mongodb.MongoException;
import com.mongodb.MongoIncompatibleDriverException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoServerUnavailableException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.MongoWriteException;
import dev.kvstore.Durations;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import java.time.Duration;
import java.util.Set;
import org.bson.BsonMaximumSizeExceededException;
import org.jspecify.annotations.Nullable;

/**
 * Translates exceptions of the driver to those of the store. Messages never contain text from the
 * driver, which may name users, servers and values; that is only in the cause. Errors in the input
 * of a caller do not name the servers either, because the caller may have access only to the
 * service.
 */
final class MongoErrors {
  static final int DUPLICATE_KEY = 11000;
  private static final int BAD_VALUE = 2;
  private static final Set<Integer> TOO_LARGE = Set.of(10334, 17419, 17420);

  /**
   * Codes after which the outcome is unknown: interrupted, killed, timed out, shutting down, no
   * longer primary, another server of the cluster unreachable, write concern not satisfied.
   */
  private static final Set<Integer> UNDECIDED = Set.of(
      6, 7, 24, 50, 63, 64, 89, 91, 100, 112, 133, 134, 150, 189, 202, 234, 237, 262, 290, 9001,
      10058, 10107, 11600, 11601, 11602, 13388, 13435, 13436);

  private final String servers;
  private final Duration timeout;

  /** @param servers the hosts, for messages */
  MongoErrors(String servers, Duration timeout) {
    this.servers = "MongoDB at " + servers;
    this.timeout = timeout;
  }

  /** Returns the time limit of an operation. */
  Duration timeout() {
    return timeout;
  }

  /**
   * Returns the exception of the server. The driver wraps the refusal of a transaction number,
   * which transactions and retryable writes use.
   */
  private static RuntimeException unwrapped(RuntimeException e) {
    return e instanceof MongoClientException && e.getCause() instanceof MongoCommandException cause
        ? cause
        : e;
  }

  /** Returns true if the server does not support transactions, or not for this operation. */
  static boolean isNoTransactions(RuntimeException e) {
    return unwrapped(e) instanceof MongoCommandException command
        && (command.getCode() == 20 || command.getCode() == 263);
  }

  /** Returns true if a document with the same {@code _id} exists. */
  static boolean isDuplicateKey(RuntimeException e) {
    return e instanceof MongoException mongo && mongo.getCode() == DUPLICATE_KEY;
  }

  /** Like {@link #isDuplicateKey}, also for any write of a batch. */
  static boolean isAnyDuplicateKey(RuntimeException e) {
    return isDuplicateKey(e)
        || (e instanceof MongoBulkWriteException batch
            && batch.getWriteErrors().stream().anyMatch(error -> error.getCode() == DUPLICATE_KEY));
  }

  /** Returns true if the server rejected a value, for example a sum that exceeds an int64. */
  static boolean isBadValue(RuntimeException e) {
    return e instanceof MongoCommandException command && command.getCode() == BAD_VALUE;
  }

  /** Returns true if the document would be too large. */
  static boolean isTooLarge(RuntimeException e) {
    return e instanceof MongoException mongo && TOO_LARGE.contains(mongo.getCode());
  }

  /**
   * Returns true if the error is an answer of the server that proves that nothing was done. The
   * driver retries a write with the same transaction number, which a server executes once, so the
   * last answer covers all attempts.
   */
  static boolean isRefusal(RuntimeException thrown) {
    RuntimeException e = unwrapped(thrown);
    if (e instanceof MongoException mongo && mongo.hasErrorLabel("RetryableWriteError")) {
      return false;
    }
    return (e instanceof MongoCommandException command && isRefusal(command.getCode()))
        || (e instanceof MongoWriteException write && isRefusal(write.getCode()))
        || e instanceof BsonMaximumSizeExceededException;
  }

  /** Like {@link #isRefusal(RuntimeException)}, for the error of one write of a batch. */
  static boolean isRefusal(int code) {
    return !UNDECIDED.contains(code);
  }

  /**
   * Returns the error for an operation that changed nothing.
   *
   * @param doing the operation, for example {@code reading key 'a'}
   */
  KVException of(RuntimeException thrown, String doing) {
    RuntimeException e = unwrapped(thrown);
    if (e instanceof KVException already) {
      return already;
    }
    if (e instanceof MongoInterruptedException) {
      return interrupted(doing, e);
    }
    if (e instanceof MongoSecurityException) {
      return new KVException(
          ErrorCode.UNAUTHENTICATED,
          servers + " refused the credentials while " + doing
              + "; check user, password and authSource of the connection string",
          e);
    }
    if (e instanceof MongoIncompatibleDriverException) {
      return new KVException(
          ErrorCode.UNSUPPORTED_SERVER,
          servers + " is of a version that is not supported; MongoDB 4.2 or newer is needed",
          e);
    }
    if (e instanceof BsonMaximumSizeExceededException) {
      return tooLarge(doing, e);
    }
    if (isClosed(e)) {
      return closed();
    }
    if (e instanceof MongoConfigurationException && !isNameLookup(e)) {
      return internal(
          "cannot be used as it is configured while " + doing + "; check the options of the"
              + " connection string, the cause tells which",
          e);
    }
    if (e instanceof CircuitBreaker.Refusal) {
      return new UnavailableException(
          servers + " was not asked while " + doing + ": " + e.getMessage(), e);
    }
    if (isUnavailable(e)) {
      return unavailable(doing, e);
    }
    if (e instanceof MongoBulkWriteException bulk && !bulk.getWriteErrors().isEmpty()) {
      return ofCode(bulk.getWriteErrors().get(0).getCode(), doing, e);
    }
    return e instanceof MongoException mongo
        ? ofCode(mongo.getCode(), doing, e)
        : internal("failed while " + doing + "; the cause tells more", e);
  }

  /** Returns the error for a reply with this code. */
  KVException ofCode(int code, String doing, @Nullable RuntimeException cause) {
    if (!isRefusal(code)) {
      return unavailable(doing, cause);
    }
    return switch (code) {
      case 13 ->
        new KVException(
            ErrorCode.FORBIDDEN,
            servers + " does not allow the user of the connection string " + doing,
            cause);
      case 18, 8000 ->
        new KVException(
            ErrorCode.UNAUTHENTICATED, servers + " refused the credentials while " + doing, cause);
      case 10334, 17419, 17420 -> tooLarge(doing, cause);
      case 14, 16554 ->
        internal(
            "refused " + doing
                + ": the document's version is no number; set it to a whole number in"
                + " the shell",
            cause);
      case 15 ->
        new InvalidInputException(
            ErrorCode.INVALID_VALUE, "MongoDB refused " + doing + ": nested too deeply", cause);
      case 121 ->
        new InvalidInputException(
            ErrorCode.INVALID_VALUE,
            "MongoDB refused " + doing + ": a validator of the collection does not allow it",
            cause);
      default -> internal("refused " + doing + " with error " + code, cause);
    };
  }

  UnavailableException unavailable(String doing, @Nullable RuntimeException cause) {
    return new UnavailableException(
        servers + " could not be reached or did not answer within " + Durations.format(timeout)
            + " while " + doing,
        cause);
  }

  OutcomeUnknownException unknown(String doing, @Nullable RuntimeException cause) {
    return new OutcomeUnknownException(
        "The reply of " + servers + " was lost while " + doing
            + ", and whether it was done could not be found out; read it before trying again",
        cause);
  }

  /** Returns the error for an interrupt, and sets the thread's interrupt flag again. */
  UnavailableException interrupted(String doing, @Nullable Exception cause) {
    Thread.currentThread().interrupt();
    return new UnavailableException("The thread was interrupted while " + doing, cause);
  }

  static KVException closed() {
    return new KVException(ErrorCode.CLOSED, "The store was closed; open it again to use it");
  }

  private KVException tooLarge(String doing, @Nullable RuntimeException cause) {
    return new InvalidInputException(
        ErrorCode.TOO_LARGE,
        "MongoDB refused " + doing + ": a document must be smaller than 16 MiB",
        cause);
  }

  private KVException internal(String problem, @Nullable RuntimeException cause) {
    return new KVException(ErrorCode.INTERNAL, servers + " " + problem, cause);
  }

  /** Returns true if the exception of the driver means that the client was closed. */
  static boolean isClosed(RuntimeException e) {
    String message = e.getMessage();
    return e instanceof IllegalStateException
        && message != null
        && message.startsWith("state should be: ")
        && message.endsWith("open");
  }

  /** Returns true if a DNS lookup failed, which may be temporary. */
  static boolean isNameLookup(Throwable e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause.getClass().getName().startsWith("javax.naming.")) {
        return true;
      }
    }
    return false;
  }

  private static boolean isUnavailable(RuntimeException e) {
    return e instanceof MongoTimeoutException
        || e instanceof MongoSocketException
        || e instanceof MongoNotPrimaryException
        || e instanceof MongoNodeIsRecoveringException
        || e instanceof MongoWriteConcernException
        || e instanceof MongoServerUnavailableException
        || e instanceof MongoConnectionPoolClearedException
        || e instanceof MongoConfigurationException
        || (e instanceof MongoException mongo
            && ErrorCategory.fromErrorCode(mongo.getCode()) == ErrorCategory.EXECUTION_TIMEOUT);
  }
}
