package dev.kvstore.internal.mongo.feed;

import com.mongodb.MongoChangeStreamException;
import com.mongodb.MongoCursorNotFoundException;
import com.mongodb.MongoException;
import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.MongoServerException;
import java.util.Set;

/**
 * The meaning of an exception of a change stream. Unless noted otherwise, the next stream resumes
 * where that one was.
 */
enum StreamFailure {
  /** The server has no change streams. */
  STANDALONE,
  /** The stream cannot be resumed where it was, so changes may have been missed. */
  HISTORY_LOST,
  /** The server did not answer in time. */
  TIMED_OUT,
  /** The server refused, possibly because of the position to resume from. */
  REFUSED,
  /** Anything else. */
  BROKEN;

  private static final int STANDALONE_CODE = 40573;

  /**
   * CappedPositionLost, InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost, and
   * the two for a malformed token.
   */
  private static final Set<Integer> LOST_CODES = Set.of(136, 260, 280, 286, 9, 40647);

  static StreamFailure of(Throwable thrown) {
    if (!(thrown instanceof MongoException e)) {
      // Caused neither by the network nor the server, so events may have been lost.
      return thrown instanceof IllegalStateException ? BROKEN : HISTORY_LOST;
    }
    if (e instanceof MongoOperationTimeoutException) {
      return TIMED_OUT;
    }
    if (e.getCode() == STANDALONE_CODE) {
      return STANDALONE;
    }
    if (e instanceof MongoChangeStreamException
        || LOST_CODES.contains(e.getCode())
        || e.hasErrorLabel("NonResumableChangeStreamError")) {
      return HISTORY_LOST;
    }
    return e instanceof MongoServerException && !isPassing(e) ? REFUSED : BROKEN;
  }

  /** Returns true if the error is temporary, or specific to this server. */
  private static boolean isPassing(MongoException e) {
    return e instanceof MongoNotPrimaryException
        || e instanceof MongoNodeIsRecoveringException
        || e instanceof MongoCursorNotFoundException
        || e instanceof MongoExecutionTimeoutException
        || e.hasErrorLabel("ResumableChangeStreamError");
  }
}
