package dev.kvstore.internal.mongo;

import com.mongodb.MongoException;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.WriteModel;
import dev.kvstore.BatchResult;
import dev.kvstore.internal.support.Deadline;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bson.RawBsonDocument;

/** Writes many keys in one transaction. One instance per batch; not thread-safe. */
final class AtomicBatch {
  private final StoreAccess access;
  private final List<EntryWrite> writes;
  private final Deadline deadline;

  /** True to look up expired documents first; set after a write collided with one. */
  private boolean someAreDead;

  AtomicBatch(StoreAccess access, List<EntryWrite> writes, Deadline deadline) {
    this.access = access;
    this.writes = writes;
    this.deadline = deadline;
  }

  BatchResult write() {
    String doing = BatchWriter.doing(writes) + ", in a transaction";
    return new Transaction(access, deadline, doing)
        .run(this::writeAll, this::collided, until -> access.resolver().lookForAll(writes, until));
  }

  private BatchResult writeAll(SessionCollection collection) {
    Instant now = access.now();
    SendMark mark = new SendMark();
    Set<String> dead = someAreDead ? dead(collection, now) : Set.of();
    List<WriteModel<RawBsonDocument>> models = writes.stream()
        .map(write -> dead.contains(write.key())
            ? BatchWriter.reclaimModel(write, now, mark)
            : BatchWriter.upsertModel(write, now, mark))
        .toList();
    BulkWriteResult result = collection.bulkWrite(models, BatchWriter.UNORDERED);
    int created = result.getUpserts().size() + dead.size();
    return new BatchResult(created, writes.size() - created);
  }

  private Set<String> dead(SessionCollection collection, Instant now) {
    List<String> keys = writes.stream().map(EntryWrite::key).toList();
    return collection
        .find(EntryFilter.dead(EntryFilter.keys(keys), now))
        .projection(Projections.include(StoredDocument.KEY))
        .map(document -> document.getString(StoredDocument.KEY).getValue())
        .into(new HashSet<>());
  }

  /** Returns true if a write collided with an expired document or a concurrent insert. */
  private boolean collided(MongoException e) {
    boolean collided = MongoErrors.isAnyDuplicateKey(e);
    someAreDead |= collided;
    return collided;
  }
}
