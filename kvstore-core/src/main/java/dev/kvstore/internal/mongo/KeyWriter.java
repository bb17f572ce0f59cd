package dev.kvstore.internal.mongo;

import static com.mongodb.client.model.ReturnDocument.AFTER;
import static dev.kvstore.internal.mongo.StoredDocument.VALUE;

import com.mongodb.client.model.FindOneAndDeleteOptions;
import com.mongodb.client.model.FindOneAndReplaceOptions;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Projections;
import dev.kvstore.EtagReusedException;
import dev.kvstore.KVOperation;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteCondition.IfMatch;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mongo.history.RecordedUpdate;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.Cause;
import java.time.Instant;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/** Writes and deletes single keys, with one command each if there is no conflict. */
record KeyWriter(StoreAccess access) {
  /** Writes the entry unconditionally. */
  StoredDocument put(EntryWrite write, Deadline deadline) {
    return upsert(write, write::replacing, false, deadline);
  }

  /**
   * Writes the entry if there is none, and returns the stored document; {@link EntryWrite#made}
   * returns true if this write stored it. An existing document is not written and causes no change
   * event.
   */
  StoredDocument create(EntryWrite write, boolean withValue, Deadline deadline) {
    return upsert(write, write::creating, withValue, deadline);
  }

  /** Like {@link #create}, but fails if there is an entry. */
  StoredDocument createIfAbsent(EntryWrite write, boolean withValue, Deadline deadline) {
    StoredDocument present = create(write, withValue, deadline);
    if (!write.made(present)) {
      throw new PreconditionFailedException(write.key(), WriteCondition.IF_ABSENT, present.etag());
    }
    return present;
  }

  /**
   * Upserts the entry. The filter of an upsert does not match an expired document, so the insert
   * collides with it, as it does with a concurrent insert. Either way the server answers 11000 and
   * nothing was written. An expired document is replaced on the condition that it is still expired;
   * in all other cases the upsert is retried. An entry that already has the chosen etag does not
   * match either, and collides.
   */
  private StoredDocument upsert(
      EntryWrite write, Function<Instant, BsonValue> update, boolean withValue, Deadline deadline) {
    BsonDocument newEtag = newEtag(write.chosenEtag());
    while (true) {
      Sent sent = update(write, update, WriteCondition.NONE, newEtag, withValue, deadline);
      if (sent.document() != null) {
        return sent.document();
      }
      RuntimeException collision = collision(sent, write.key());
      StoredDocument reclaimed = reclaim(write, withValue, deadline);
      if (reclaimed != null) {
        return reclaimed;
      }
      if (write.chosenEtag() != null) {
        presentEtag(write.key(), write.chosenEtag(), deadline);
      }
      if (!write.keepsReplaced()) {
        record(write.key(), deadline);
      }
      access.pause(deadline, doing(write.key()), collision);
    }
  }

  /**
   * Moves the pending revisions of the key to the history. Returns false if the store has no
   * history.
   */
  private boolean record(String key, Deadline deadline) {
    HistoryLog log = access.recording().log();
    if (log == null || !access.recording().isOn()) {
      return false;
    }
    log.move(key, deadline);
    return true;
  }

  private RuntimeException collision(Sent sent, String key) {
    RuntimeException refusal =
        Objects.requireNonNull(sent.refusal(), "an upsert returns a document or fails");
    if (!MongoErrors.isDuplicateKey(refusal)) {
      throw access.failed(refusal, doing(key));
    }
    return refusal;
  }

  /** Replaces an expired document by a new entry. Returns null if there is no expired document. */
  @Nullable
  StoredDocument reclaim(EntryWrite write, boolean withValue, Deadline deadline) {
    Bson projection = StoreAccess.projection(withValue);
    Sent sent = send(write, null, withValue, deadline, (mark, until) -> {
      Instant now = access.now();
      BsonDocument dead = EntryFilter.dead(EntryFilter.key(write.key()), now);
      dead.putAll(write.keepsReplaced() ? new BsonDocument() : HistoryLog.IS_SETTLED);
      Bson filter = mark.on(dead);
      return access.run(
          until,
          collection -> write.isRecorded()
              ? collection.findOneAndUpdate(
                  filter,
                  write.replacing(now),
                  new FindOneAndUpdateOptions().returnDocument(AFTER).projection(projection))
              : collection.findOneAndReplace(
                  filter,
                  write.fresh(now),
                  new FindOneAndReplaceOptions().returnDocument(AFTER).projection(projection)));
    });
    return documentOf(sent, write.key());
  }

  /** Replaces the entry if the condition holds. */
  StoredDocument replace(EntryWrite write, WriteCondition condition, Deadline deadline) {
    BsonDocument demanded = demanded(condition, write.chosenEtag());
    StoredDocument written = demanded == null
        ? null
        : documentOf(
            update(write, write::replacing, condition, demanded, false, deadline), write.key());
    if (written == null) {
      throw preconditionFailed(write.key(), condition, write.chosenEtag(), deadline);
    }
    return written;
  }

  /**
   * Updates the live document that matches the demanded members; without a condition, creates one
   * if there is none.
   */
  Sent update(
      EntryWrite write,
      Function<Instant, ? extends BsonValue> update,
      WriteCondition condition,
      BsonDocument demanded,
      boolean withValue,
      Deadline deadline) {
    FindOneAndUpdateOptions options = new FindOneAndUpdateOptions()
        .returnDocument(AFTER)
        .projection(StoreAccess.projection(withValue))
        .upsert(condition.equals(WriteCondition.NONE));
    String etag = condition instanceof IfMatch match ? match.etag() : null;
    return send(write, etag, withValue, deadline, (mark, until) -> {
      Instant now = access.now();
      BsonDocument filter = EntryFilter.key(write.key());
      // A pipeline checks the expiry itself, but an increment must not match an expired document.
      if (!write.isRecorded() || !options.isUpsert() || demanded.containsKey(VALUE)) {
        EntryFilter.live(filter, now);
      }
      filter.putAll(demanded);
      filter.putAll(write.keepsReplaced() ? new BsonDocument() : HistoryLog.IS_SETTLED);
      return access.run(
          until,
          collection -> collection.findOneAndUpdate(mark.on(filter), update.apply(now), options));
    });
  }

  /** Deletes the entry if the condition holds. Returns true if there was one. */
  boolean delete(String key, WriteOptions options, Deadline deadline) {
    WriteCondition condition = options.condition();
    String chosenEtag = options.etag().orElse(null);
    if (condition.equals(WriteCondition.IF_ABSENT)) {
      String present = presentEtag(key, chosenEtag, deadline);
      if (present != null) {
        throw new PreconditionFailedException(key, condition, present);
      }
      return false;
    }
    BsonDocument demanded = demanded(condition, chosenEtag);
    if (demanded != null && delete(key, condition, demanded, Cause.of(options), deadline)) {
      return true;
    }
    if (condition.equals(WriteCondition.NONE)) {
      if (chosenEtag != null) {
        presentEtag(key, chosenEtag, deadline);
      }
      return false;
    }
    throw preconditionFailed(key, condition, chosenEtag, deadline);
  }

  private boolean delete(
      String key, WriteCondition condition, BsonDocument demanded, Cause cause, Deadline deadline) {
    SendMark mark = new SendMark();
    ObjectId tombstone = new ObjectId();
    try {
      return deleteOnce(key, demanded, tombstone, cause, mark, deadline);
    } catch (RuntimeException e) {
      String doing = "deleting key '" + key + "'";
      return access.resolver().<Boolean>settle(e, mark.mayHaveBeenSent(), doing, until -> {
        StoredDocument present = access.find(key, false, until);
        if (present != null && present.etag().equals(tombstone.toHexString())) {
          return true;
        }
        // Without a history a delete leaves no trace by which it could be recognized.
        if (present == null
            || !(condition instanceof IfMatch)
            || !condition.holdsFor(present.etag())) {
          throw access.errors().unknown(doing, e);
        }
        boolean deleted = deleteOnce(key, demanded, tombstone, cause, new SendMark(), until);
        return deleted ? Boolean.TRUE : null;
      });
    }
  }

  private boolean deleteOnce(
      String key,
      BsonDocument demanded,
      ObjectId tombstone,
      Cause cause,
      SendMark mark,
      Deadline deadline) {
    Instant now = access.now();
    BsonDocument demand = EntryFilter.live(EntryFilter.key(key), now);
    demand.putAll(demanded);
    Bson filter = mark.on(demand);
    Bson projection = Projections.include(StoredDocument.KEY);
    return access.run(
            deadline,
            collection -> access.recording().isOn()
                ? collection.findOneAndUpdate(
                    filter,
                    deletion(tombstone, cause, now),
                    new FindOneAndUpdateOptions().projection(projection))
                : collection.findOneAndDelete(
                    filter, new FindOneAndDeleteOptions().projection(projection)))
        != null;
  }

  /** Returns the update that deletes an entry of a store with a history. */
  static BsonValue deletion(ObjectId etag, Cause cause, Instant now) {
    KVOperation operation = cause.operationOr(KVOperation.DELETE);
    return new RecordedUpdate(etag, cause, operation, now, true).delete();
  }

  private PreconditionFailedException preconditionFailed(
      String key, WriteCondition condition, @Nullable String chosenEtag, Deadline deadline) {
    String present = condition.equals(WriteCondition.IF_PRESENT) && chosenEtag == null
        ? null
        : presentEtag(key, chosenEtag, deadline);
    return new PreconditionFailedException(key, condition, present);
  }

  /**
   * Returns the entry's etag, or null if there is no entry.
   *
   * @throws EtagReusedException if it is the etag chosen for the write
   */
  private @Nullable String presentEtag(String key, @Nullable String chosenEtag, Deadline deadline) {
    StoredDocument present = access.findLive(key, false, deadline);
    String etag = present == null ? null : present.etag();
    EtagReusedException.check(key, chosenEtag, etag);
    return etag;
  }

  /** Returns the members that a live document must match; null if none can. */
  static @Nullable BsonDocument demanded(WriteCondition condition, @Nullable String chosenEtag) {
    if (condition instanceof IfMatch match) {
      return match.etag().equals(chosenEtag) ? null : EntryFilter.etag(match.etag());
    }
    return newEtag(chosenEtag);
  }

  private static BsonDocument newEtag(@Nullable String chosenEtag) {
    return chosenEtag == null ? new BsonDocument() : EntryFilter.otherEtag(chosenEtag);
  }

  /**
   * Sends a write command. If the reply is lost, the outcome is determined by the write's etag.
   *
   * @param etag the etag that the command's condition demands, or null
   * @param command may be run more than once
   */
  Sent send(
      EntryWrite write,
      @Nullable String etag,
      boolean withValue,
      Deadline deadline,
      BiFunction<SendMark, Deadline, @Nullable RawBsonDocument> command) {
    SendMark mark = new SendMark();
    try {
      return new Sent(stored(command.apply(mark, deadline)), null);
    } catch (RuntimeException e) {
      if (MongoErrors.isDuplicateKey(e) || MongoErrors.isBadValue(e)) {
        return new Sent(null, e);
      }
      if (write.keepsReplaced() && MongoErrors.isTooLarge(e) && record(write.key(), deadline)) {
        write.leaveOutReplaced();
        return send(write, etag, withValue, deadline, command);
      }
      String doing = doing(write.key());
      StoredDocument settled = access
          .resolver()
          .<StoredDocument>settle(e, mark.mayHaveBeenSent(), doing, until -> {
            StoredDocument present = access.find(write.key(), withValue, until);
            boolean made = present != null && write.made(present);
            if (made || etag == null) {
              return made ? present : null;
            }
            if (present == null || !present.etag().equals(etag)) {
              throw access.errors().unknown(doing, e);
            }
            return stored(
                command.apply(new SendMark(), until)); // the server executes at most one of the two
          });
      return new Sent(settled, null);
    }
  }

  private @Nullable StoredDocument documentOf(Sent sent, String key) {
    if (sent.refusal() != null) {
      throw access.failed(sent.refusal(), doing(key));
    }
    return sent.document();
  }

  static String doing(String key) {
    return "writing key '" + key + "'";
  }

  private static @Nullable StoredDocument stored(@Nullable RawBsonDocument document) {
    return document == null ? null : StoredDocument.of(document);
  }

  /**
   * The result of a command: the document after it; or the refusal of the server, because of a
   * collision or because the sum is too large; or neither, if nothing matched the filter.
   */
  record Sent(@Nullable StoredDocument document, @Nullable RuntimeException refusal) {}
}
