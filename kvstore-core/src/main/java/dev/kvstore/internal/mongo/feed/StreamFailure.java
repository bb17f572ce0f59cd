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
 * What an exception of a change stream means. If nothing else is said, the next stream begins where
 * that one was.
 */
enum StreamFailure {
  /** The server has no change streams. */
  STANDALONE,
  /** The stream cannot be continued where it was, so changes may have been missed. */
  HISTORY_LOST,
  /** No answer in time. */
  TIMED_OUT,
  /** The server said no, for a reason that may be the place where the stream was to continue. */
  REFUSED,
  /** Anything else. */
  BROKEN;

  private static final int STANDALONE_CODE = 40573;

  /**
   * CappedPositionLost, InvalidResumeToken, ChangeStreamFatalError, ChangeStreamHistoryLost, and
   * the two for a token that is none.
   */
  private static final Set<Integer> LOST_CODES = Set.of(136, 260, 280, 286, 9, 40647);

  static StreamFailure of(Throwable thrown) {
    if (!(thrown instanceof MongoException e)) {
      // Not the network's or the server's doing: who knows what became of the events.
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

  /** Returns whether another server, or this one a little later, would not have said so. */
  private static boolean isPassing(MongoException e) {
    return e instanceof MongoNotPrimaryException
        || e instanceof MongoNodeIsRecoveringException
        || e instanceof MongoCursorNotFoundException
        || e instanceof MongoExecutionTimeoutException
        || e.hasErrorLabel("ResumableChangeStreamError");
  }
}
