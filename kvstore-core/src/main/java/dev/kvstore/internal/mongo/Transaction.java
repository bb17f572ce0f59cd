package dev.kvstore.internal.mongo;

import com.mongodb.MongoException;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.TransactionOptions;
import com.mongodb.client.ClientSession;
import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.internal.support.Deadline;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs some work in one transaction. Not thread-safe.
 *
 * <p>A transaction has no effect before its commit is sent, so any failure before that is certain.
 * A commit whose reply was lost is sent again until the time is up; the server treats it as the
 * same commit. After that, the outcome is determined from the entries.
 *
 * @param doing describes the work in errors
 */
record Transaction(StoreAccess access, Deadline deadline, String doing) {
  /**
   * Runs the work and returns its result.
   *
   * @param work may be run several times
   * @param again returns true for errors after which to try again, in addition to transient
   *     transaction errors
   * @param look after a lost reply, checks once if the work was done; returns null if that is
   *     unknown
   * @throws AtomicNotSupportedException if the server has no transactions
   */
  <R> R run(
      Function<SessionCollection, R> work,
      Predicate<MongoException> again,
      Function<Deadline, ? extends @Nullable Object> look) {
    while (true) {
      try {
        return tryOnce(work, look);
      } catch (MongoException e) {
        if (MongoErrors.isNoTransactions(e)) {
          throw new AtomicNotSupportedException("MongoDB refused a transaction when " + doing
              + "; nothing was written. Before 4.4 a store's first write cannot be in one");
        }
        if (!again.test(e) && !e.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)) {
          throw access.failed(e, doing);
        }
        access.pause(deadline, doing, e);
      } catch (RuntimeException e) {
        throw access.failed(e, doing);
      }
    }
  }

  private <R> R tryOnce(
      Function<SessionCollection, R> work, Function<Deadline, ? extends @Nullable Object> look) {
    ClientSession session = access.sessions().start();
    try {
      session.startTransaction(TransactionOptions.builder()
          .readConcern(ReadConcern.SNAPSHOT)
          .writeConcern(StoreAccess.DURABLE)
          .readPreference(ReadPreference.primary())
          .timeout(deadline.millisLeft(), TimeUnit.MILLISECONDS)
          .build());
      R result = access.sessions().call(deadline, () -> work.apply(access.in(session)));
      // Not through the circuit breaker: a commit must not be refused, and its outcome is
      // determined later.
      commit(session, look);
      return result;
    } finally {
      // Closing aborts an uncommitted transaction. Clear an interrupt while doing so, or the server
      // would keep the keys locked for a minute.
      boolean interrupted = Thread.interrupted();
      session.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void commit(ClientSession session, Function<Deadline, ? extends @Nullable Object> look) {
    while (true) {
      try {
        session.commitTransaction();
        access.sessions().note(session);
        return;
      } catch (MongoException e) {
        if (e.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)
            || MongoErrors.isRefusal(e)) {
          throw e;
        }
        boolean timeIsUp = deadline.hasPassed() || e instanceof MongoOperationTimeoutException;
        if (timeIsUp || !e.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL)) {
          access.resolver().settle(e, true, doing, look);
          return;
        }
        pauseBeforeCommit(e);
      }
    }
  }

  private void pauseBeforeCommit(MongoException lost) {
    try {
      deadline.pause();
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw access.errors().unknown(doing, lost);
    }
  }
}
