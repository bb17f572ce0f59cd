package dev.kvstore.internal.mongo;

import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.WriteModel;
import dev.kvstore.DeleteResult;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteCondition;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.Mutation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Deletes many keys, each on the condition that it still has the etag with which it was read, so a
 * command that is sent twice deletes once. If a reply was lost or there were concurrent writes, the
 * remaining keys are read again; a key without a condition is then deleted in its new state. One
 * instance per batch; not thread-safe.
 */
final class BatchDeleter {
  private final StoreAccess access;
  private final Map<String, WriteCondition> conditions;
  private final Cause cause;
  private final Deadline deadline;
  private final String doing;
  private final SendMark mark = new SendMark();
  private final Set<String> deleted = new HashSet<>();
  private final List<String> changed = new ArrayList<>();

  /** The keys that remain to be deleted. */
  private Collection<String> pending;

  /** The keys for which a delete was sent. If one of them is absent now, it counts as deleted. */
  private final Set<String> sent = new HashSet<>();

  BatchDeleter(StoreAccess access, Mutation.DeleteMany deletion, Deadline deadline) {
    this.access = access;
    this.conditions = deletion.conditions();
    this.cause = Cause.of(deletion.options());
    this.deadline = deadline;
    this.pending = conditions.keySet();
    this.doing = "deleting " + pending.size() + " keys, the first of them '"
        + pending.iterator().next() + "'";
  }

  /** Deletes each key independently. */
  DeleteResult delete() {
    DeleteResult result = attemptOrSettle();
    try {
      while (result == null) {
        access.pause(deadline, doing, null);
        result = attemptOrSettle();
      }
      return result;
    } catch (OutcomeUnknownException e) {
      throw e;
    } catch (KVException e) { // earlier attempts may have deleted some keys
      throw access.errors().unknown(doing, e);
    }
  }

  private @Nullable DeleteResult attemptOrSettle() {
    try {
      return attempt(deadline);
    } catch (RuntimeException e) {
      return access.resolver().settle(e, mark.mayHaveBeenSent(), doing, this::attempt);
    }
  }

  /** Returns the result; null if concurrent writes left some keys to delete. */
  private @Nullable DeleteResult attempt(Deadline until) {
    List<StoredDocument> targets =
        targets(access.run(until, collection -> collection.readAll(pending)), false);
    return access.run(until, collection -> delete(collection, targets)) ? result() : null;
  }

  /** Deletes all keys in one transaction. */
  DeleteResult deleteAtomically() {
    return new Transaction(access, deadline, doing + ", in a transaction")
        .run(this::deleteAll, e -> false, this::lookWhetherGone);
  }

  private DeleteResult deleteAll(SessionCollection collection) {
    // Reset the state: an earlier attempt may have been aborted.
    pending = conditions.keySet();
    sent.clear();
    deleted.clear();
    // Concurrent changes make the transaction fail, so the number of deleted documents need not be
    // checked.
    delete(collection, targets(collection.readAll(pending), true));
    return result();
  }

  /** Returns the documents to delete, and sets {@link #pending} to their keys. */
  private List<StoredDocument> targets(Map<String, StoredDocument> present, boolean allOrNothing) {
    List<StoredDocument> targets = new ArrayList<>();
    for (String key : pending) {
      StoredDocument stored = present.get(key);
      StoredDocument document = stored != null && stored.isLiveAt(access.now()) ? stored : null;
      String etag = document == null ? null : document.etag();
      WriteCondition condition = Objects.requireNonNull(conditions.get(key), key);
      if (document == null && sent.contains(key)) {
        deleted.add(key);
      } else if (condition.holdsFor(etag)) {
        Optional.ofNullable(document).ifPresent(targets::add);
      } else if (allOrNothing) {
        throw new PreconditionFailedException(key, condition, etag);
      } else {
        changed.add(key);
      }
    }
    pending = targets.stream().map(StoredDocument::key).toList();
    sent.addAll(pending);
    return targets;
  }

  private @Nullable Boolean lookWhetherGone(Deadline until) {
    Map<String, StoredDocument> present =
        access.run(until, collection -> collection.readAll(pending));
    boolean gone = present.values().stream().noneMatch(document -> document.isLiveAt(access.now()));
    return gone ? Boolean.TRUE : null;
  }

  /** Returns true if all documents were still as read, and were deleted. */
  private boolean delete(SessionCollection collection, List<StoredDocument> targets) {
    Instant now = access.now();
    boolean recorded = access.recording().isOn();
    List<WriteModel<RawBsonDocument>> models = new ArrayList<>();
    for (StoredDocument document : targets) {
      BsonDocument filter = EntryFilter.key(document.key());
      filter.putAll(Objects.requireNonNull(EntryFilter.etag(document.etag())));
      models.add(
          recorded
              ? SessionCollection.updateModel(
                  mark.on(filter), KeyWriter.deletion(new ObjectId(), cause, now), false)
              : new DeleteOneModel<>(mark.on(filter)));
    }
    boolean all = models.isEmpty() || isAll(collection, models, recorded);
    deleted.addAll(all ? pending : List.of());
    return all;
  }

  private static boolean isAll(
      SessionCollection collection, List<WriteModel<RawBsonDocument>> models, boolean recorded) {
    BulkWriteResult result = collection.bulkWrite(models, BatchWriter.UNORDERED);
    int done = recorded ? result.getModifiedCount() : result.getDeletedCount();
    return done == models.size();
  }

  private DeleteResult result() {
    return new DeleteResult(
        conditions.keySet().stream().filter(deleted::contains).toList(), changed, Optional.empty());
  }
}
