package dev.kvstore.internal.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.WriteModel;
import dev.kvstore.BatchOutcome;
import dev.kvstore.BatchResult;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.internal.support.Deadline;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * Writes many keys independently, in chunks of at most {@value Listing#CHUNK} keys, each with its
 * own time limit. One instance per batch; not thread-safe.
 */
final class BatchWriter {
  static final BulkWriteOptions UNORDERED = new BulkWriteOptions().ordered(false);

  private enum Fate {
    WRITTEN,
    UNKNOWN
  }

  private final StoreAccess access;
  private final MongoWriteResolver resolver;
  private final List<EntryWrite> writes;
  private final Map<EntryWrite, Fate> fates = new HashMap<>();
  private Deadline deadline;

  private int created;
  private int replaced;
  private final List<Refused> refused = new ArrayList<>();

  private record Refused(EntryWrite write, int code, RuntimeException cause) {}

  /** @param deadline the deadline of the first chunk */
  BatchWriter(StoreAccess access, List<EntryWrite> writes, Deadline deadline) {
    this.access = access;
    this.resolver = access.resolver();
    this.writes = writes;
    this.deadline = deadline;
  }

  BatchResult write() {
    try {
      for (int from = 0; from < writes.size(); from += Listing.CHUNK) {
        if (from > 0) {
          deadline = access.begin();
        }
        writePart(writes.subList(from, Math.min(writes.size(), from + Listing.CHUNK)));
      }
    } catch (KVException e) {
      throw failed(e);
    }
    if (!refused.isEmpty()) {
      Refused first = refused.get(0);
      String doing = "writing " + refused.size() + " of " + writes.size()
          + " keys, the first of them '" + first.write.key() + "' (the others were written)";
      throw KVException.with(access.errors().ofCode(first.code, doing, first.cause), outcome());
    }
    return new BatchResult(created, replaced);
  }

  private void writePart(List<EntryWrite> part) {
    List<EntryWrite> pending = part;
    RuntimeException collision = null;
    while (!pending.isEmpty()) {
      if (collision != null) {
        access.pause(deadline, doing(pending), collision);
      }
      List<EntryWrite> collided = new ArrayList<>();
      collision = upsert(pending, collided);
      pending = collided.isEmpty() ? collided : reclaim(collided);
    }
  }

  /** Returns the error of the batch with the outcome of each key. */
  private KVException failed(KVException e) {
    BatchOutcome outcome = outcome();
    boolean nothingDone = outcome.written().isEmpty() && outcome.unknown().isEmpty();
    boolean lost = e instanceof UnavailableException || e instanceof OutcomeUnknownException;
    return KVException.with(
        nothingDone || !lost
            ? e
            : new OutcomeUnknownException(
                "Of " + writes.size() + " keys: " + outcome + ". " + e.getMessage(), e),
        outcome);
  }

  private BatchOutcome outcome() {
    return new BatchOutcome(keys(Fate.WRITTEN), keys(null), keys(Fate.UNKNOWN));
  }

  private List<String> keys(@Nullable Fate fate) {
    return writes.stream()
        .filter(write -> fates.get(write) == fate)
        .map(EntryWrite::key)
        .toList();
  }

  private void note(List<EntryWrite> some, Fate fate) {
    some.forEach(write -> fates.put(write, fate));
  }

  /**
   * Writes the entries, and collects those that collided with an expired document or a concurrent
   * insert. Returns the error of the collisions; null if there were none.
   */
  private @Nullable RuntimeException upsert(List<EntryWrite> pending, List<EntryWrite> collided) {
    SendMark mark = new SendMark();
    try {
      BulkWriteResult result = bulkWrite(pending, write -> upsertModel(write, access.now(), mark));
      count(result);
      note(pending, Fate.WRITTEN);
      return null;
    } catch (MongoBulkWriteException e) {
      List<EntryWrite> others = new ArrayList<>(pending);
      if (sort(e, pending, others, collided)) {
        count(e.getWriteResult());
        note(others, Fate.WRITTEN);
      } else {
        settle(others, e, mark);
      }
      return e;
    } catch (RuntimeException e) {
      settle(pending, e, mark);
      return null;
    }
  }

  /**
   * Sorts the writes of a failed bulk write into collided, refused and other ones.
   *
   * @param others all writes; collided and refused ones are removed
   * @return true if all other writes certainly succeeded
   */
  private boolean sort(
      MongoBulkWriteException e,
      List<EntryWrite> pending,
      List<EntryWrite> others,
      List<EntryWrite> collided) {
    boolean certain = e.getWriteConcernError() == null;
    Set<EntryWrite> failed = new HashSet<>();
    for (BulkWriteError error : e.getWriteErrors()) {
      EntryWrite write = pending.get(error.getIndex());
      if (error.getCode() == MongoErrors.DUPLICATE_KEY) {
        collided.add(write);
        failed.add(write);
      } else if (MongoErrors.isRefusal(error.getCode())) {
        refused.add(new Refused(write, error.getCode(), e));
        failed.add(write);
      } else {
        certain = false;
      }
    }
    others.removeAll(failed);
    return certain;
  }

  /**
   * Replaces expired documents by new entries. Returns the writes that found no expired document.
   */
  private List<EntryWrite> reclaim(List<EntryWrite> collided) {
    SendMark mark = new SendMark();
    try {
      BulkWriteResult result =
          bulkWrite(collided, write -> reclaimModel(write, access.now(), mark));
      if (result.getMatchedCount() == collided.size()) {
        created += collided.size();
        note(collided, Fate.WRITTEN);
        return List.of();
      }
    } catch (RuntimeException e) {
      settle(collided, e, mark);
      return List.of();
    }
    note(collided, Fate.UNKNOWN); // until the keys have been read
    Map<String, StoredDocument> present =
        access.reading("keys", () -> resolver.readAll(collided, deadline));
    List<EntryWrite> left = new ArrayList<>();
    for (EntryWrite write : collided) {
      if (write.isIn(present)) {
        created++;
        fates.put(write, Fate.WRITTEN);
      } else {
        left.add(write);
        fates.remove(write);
      }
    }
    return left;
  }

  /**
   * Waits until all keys have the etags of their writes, then counts creates and replacements by
   * version.
   */
  private void settle(List<EntryWrite> lost, RuntimeException e, SendMark mark) {
    Map<String, StoredDocument> seen = new HashMap<>();
    try {
      resolver.settle(e, mark.mayHaveBeenSent(), doing(lost), until -> {
        seen.putAll(resolver.readAll(lost, until));
        return lost.stream().allMatch(write -> write.isIn(seen)) ? seen : null;
      });
    } catch (OutcomeUnknownException unknown) {
      for (EntryWrite write : lost) {
        fates.put(write, write.isIn(seen) ? Fate.WRITTEN : Fate.UNKNOWN);
      }
      throw unknown;
    }
    note(lost, Fate.WRITTEN);
    for (EntryWrite write : lost) {
      StoredDocument document = seen.get(write.key());
      if (document != null && document.version() == 1) {
        created++;
      } else {
        replaced++;
      }
    }
  }

  private void count(BulkWriteResult result) {
    created += result.getUpserts().size();
    replaced += result.getMatchedCount();
  }

  private BulkWriteResult bulkWrite(
      List<EntryWrite> some, Function<EntryWrite, WriteModel<RawBsonDocument>> model) {
    return access.run(
        deadline, collection -> collection.bulkWrite(some.stream().map(model).toList(), UNORDERED));
  }

  static WriteModel<RawBsonDocument> upsertModel(EntryWrite write, Instant now, SendMark mark) {
    BsonDocument filter = EntryFilter.live(EntryFilter.key(write.key()), now);
    return SessionCollection.updateModel(mark.on(filter), write.replacing(now), true);
  }

  static WriteModel<RawBsonDocument> reclaimModel(EntryWrite write, Instant now, SendMark mark) {
    BsonDocument filter = EntryFilter.dead(EntryFilter.key(write.key()), now);
    return write.isRecorded()
        ? SessionCollection.updateModel(mark.on(filter), write.replacing(now), false)
        : new ReplaceOneModel<>(mark.on(filter), write.fresh(now));
  }

  static String doing(List<EntryWrite> writes) {
    return "writing " + writes.size() + " keys, the first of them '"
        + writes.get(0).key() + "'";
  }
}
