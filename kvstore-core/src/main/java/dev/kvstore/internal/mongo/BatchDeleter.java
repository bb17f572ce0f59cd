package dev.kvstore.internal.mongo;

import com.mongodb.client.model.DeleteOneModel;
import dev.kvstore.DeleteResult;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteCondition;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.Mutation;
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
import org.jspecify.annotations.Nullable;

/**
 * Deletes many keys, each under the etag with which it was read, so a command that is sent twice
 * deletes once. Where a reply was lost or others wrote in between, what is left is read again: then
 * a key without a condition is deleted as it is by now. Made for one batch, and not thread-safe.
 */
final class BatchDeleter {
  private final StoreAccess access;
  private final Map<String, WriteCondition> conditions;
  private final Deadline deadline;
  private final String doing;
  private final SendMark mark = new SendMark();
  private final Set<String> deleted = new HashSet<>();
  private final List<String> changed = new ArrayList<>();

  /** What is left to do. */
  private Collection<String> pending;

  /** What was sent: a key of these that is gone was deleted. */
  private final Set<String> sent = new HashSet<>();

  BatchDeleter(StoreAccess access, Mutation.DeleteMany deletion, Deadline deadline) {
    this.access = access;
    this.conditions = deletion.conditions();
    this.deadline = deadline;
    this.pending = conditions.keySet();
    this.doing = "deleting " + pending.size() + " keys, the first of them '"
        + pending.iterator().next() + "'";
  }

  /** Deletes each for itself. */
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
    } catch (KVException e) { // the attempts before have deleted some
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

  /** Returns the result, or null where others came in between and something is left to do. */
  private @Nullable DeleteResult attempt(Deadline until) {
    Map<String, StoredDocument> present =
        access.run(until, collection -> collection.readAll(pending));
    List<StoredDocument> targets = new ArrayList<>();
    for (String key : pending) {
      StoredDocument document = live(present.get(key));
      if (document == null && sent.contains(key)) {
        deleted.add(key);
      } else if (!condition(key).holdsFor(etag(document))) {
        changed.add(key);
      } else if (document != null) {
        targets.add(document);
      }
    }
    pending = targets.stream().map(StoredDocument::key).toList();
    sent.addAll(pending);
    if (!access.run(until, collection -> delete(collection, targets))) {
      return null;
    }
    deleted.addAll(pending);
    return result();
  }

  /** Deletes all in one transaction. */
  DeleteResult deleteAtomically() {
    return new Transaction(access, deadline, doing + ", in a transaction")
        .run(this::deleteAll, e -> false, this::lookWhetherGone);
  }

  private DeleteResult deleteAll(SessionCollection collection) {
    Map<String, StoredDocument> present = collection.readAll(conditions.keySet());
    List<StoredDocument> targets = new ArrayList<>();
    conditions.forEach((key, condition) -> {
      StoredDocument document = live(present.get(key));
      if (!condition.holdsFor(etag(document))) {
        throw new PreconditionFailedException(key, condition, etag(document));
      }
      if (document != null) {
        targets.add(document);
      }
    });
    pending = targets.stream().map(StoredDocument::key).toList();
    delete(collection, targets); // what others have changed meanwhile makes the transaction fail
    deleted.clear();
    deleted.addAll(pending);
    return result();
  }

  private @Nullable Boolean lookWhetherGone(Deadline until) {
    boolean gone = access.run(until, collection -> collection.readAll(pending)).isEmpty();
    return gone ? Boolean.TRUE : null;
  }

  private @Nullable StoredDocument live(@Nullable StoredDocument document) {
    return document != null && document.isLiveAt(access.now()) ? document : null;
  }

  private static @Nullable String etag(@Nullable StoredDocument document) {
    return document == null ? null : document.etag();
  }

  private WriteCondition condition(String key) {
    return Objects.requireNonNull(conditions.get(key), key);
  }

  /** Returns true if all were there still, as they were read. */
  private boolean delete(SessionCollection collection, List<StoredDocument> targets) {
    List<DeleteOneModel<RawBsonDocument>> models = targets.stream()
        .map(document -> {
          BsonDocument filter = EntryFilter.key(document.key());
          filter.putAll(Objects.requireNonNull(EntryFilter.etag(document.etag())));
          return new DeleteOneModel<RawBsonDocument>(mark.on(filter));
        })
        .toList();
    return models.isEmpty()
        || collection.bulkWrite(models, BatchWriter.UNORDERED).getDeletedCount() == models.size();
  }

  private DeleteResult result() {
    return new DeleteResult(
        conditions.keySet().stream().filter(deleted::contains).toList(), changed, Optional.empty());
  }
}
