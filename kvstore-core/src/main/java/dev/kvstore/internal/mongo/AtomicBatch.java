package dev.kvstore.internal.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoException;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.TransactionOptions;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.ClientSession;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.WriteModel;
import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.BatchResult;
import dev.kvstore.internal.support.Deadline;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bson.RawBsonDocument;

/**
 * Writes many keys in one transaction. Made for one batch, and not thread-safe.
 *
 * <p>Until its commit was sent a transaction has done nothing and never will, so whatever happens
 * before that is certain. A commit whose reply was lost is sent again until the time is up, which
 * the server takes for the same commit; after that the etags tell, of which either all are there or
 * none.
 */
final class AtomicBatch {
  private final StoreAccess access;
  private final MongoWriteResolver settlement;
  private final List<EntryWrite> writes;
  private final Deadline deadline;
  private final String doing;

  /** Whether the expired documents are to be looked up: only after one was in the way. */
  private boolean someAreDead;

  AtomicBatch(
      StoreAccess access,
      MongoWriteResolver settlement,
      List<EntryWrite> writes,
      Deadline deadline) {
    this.access = access;
    this.settlement = settlement;
    this.writes = writes;
    this.deadline = deadline;
    this.doing = BatchWriter.doing(writes) + ", in a transaction";
  }

  BatchResult write() {
    while (true) {
      try {
        return tryOnce();
      } catch (MongoException e) {
        if (MongoErrors.isNoTransactions(e)) {
          throw new AtomicNotSupportedException("MongoDB refused a transaction when " + doing
              + "; nothing was written. Before 4.4 a store's first write cannot be in one");
        }
        boolean collided = collided(e);
        someAreDead |= collided;
        if (!collided && !e.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)) {
          throw access.failed(e, doing);
        }
        access.pause(deadline, doing, e);
      } catch (RuntimeException e) {
        throw access.failed(e, doing);
      }
    }
  }

  private BatchResult tryOnce() {
    ClientSession session = access.sessions().start();
    try {
      session.startTransaction(TransactionOptions.builder()
          .readConcern(ReadConcern.SNAPSHOT)
          .writeConcern(StoreAccess.DURABLE)
          .readPreference(ReadPreference.primary())
          .timeout(deadline.millisLeft(), TimeUnit.MILLISECONDS)
          .build());
      BatchResult result = access.sessions().call(deadline, () -> writeAll(session));
      commit(session); // which is never refused, and what becomes of it shows when it is settled
      return result;
    } finally {
      // Closing aborts what was not committed, for which an interrupt must wait: the server would
      // keep the keys locked for a minute.
      boolean interrupted = Thread.interrupted();
      session.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private BatchResult writeAll(ClientSession session) {
    Instant now = access.now();
    SendMark mark = new SendMark();
    Set<String> dead = someAreDead ? dead(session, now) : Set.of();
    List<WriteModel<RawBsonDocument>> models = writes.stream()
        .map(write -> dead.contains(write.key())
            ? BatchWriter.reclaimModel(write, now, mark)
            : BatchWriter.upsertModel(write, now, mark))
        .toList();
    BulkWriteResult result = access.in(session).bulkWrite(models, BatchWriter.UNORDERED);
    int created = result.getUpserts().size() + dead.size();
    return new BatchResult(created, writes.size() - created);
  }

  private Set<String> dead(ClientSession session, Instant now) {
    Set<String> dead = new HashSet<>();
    List<String> keys = writes.stream().map(EntryWrite::key).toList();
    for (RawBsonDocument document : access
        .in(session)
        .find(EntryFilter.dead(EntryFilter.keys(keys), now))
        .projection(Projections.include(StoredDocument.KEY))) {
      dead.add(document.getString(StoredDocument.KEY).getValue());
    }
    return dead;
  }

  private void commit(ClientSession session) {
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
          settlement.settle(e, true, doing, until -> settlement.lookForAll(writes, until));
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

  /** Tells whether an expired document, or one that came in between, was in the way. */
  private static boolean collided(MongoException e) {
    return MongoErrors.isDuplicateKey(e)
        || (e instanceof MongoBulkWriteException bulk
            && bulk.getWriteErrors().stream()
                .anyMatch(error -> error.getCode() == MongoErrors.DUPLICATE_KEY));
  }
}
