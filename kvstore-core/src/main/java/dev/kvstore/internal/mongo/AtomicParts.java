package dev.kvstore.internal.mongo;

import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.WriteModel;
import dev.kvstore.EtagReusedException;
import dev.kvstore.KVOperation;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.Mutation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Writes and deletes keys in one transaction, each under a condition. The conditions are checked by
 * reading the keys in the same transaction; a concurrent write to one of them makes it fail and
 * start over. One instance per mutation; not thread-safe.
 */
final class AtomicParts {
  private final StoreAccess access;
  private final List<Mutation<?>> parts;
  private final Deadline deadline;
  private final Map<Mutation<?>, EntryWrite> writes = new LinkedHashMap<>();
  private final SendMark mark = new SendMark();

  AtomicParts(StoreAccess access, Mutation.All all, Deadline deadline) {
    this.access = access;
    this.parts = all.parts();
    this.deadline = deadline;
    for (Mutation<?> part : parts) {
      if (part instanceof Mutation.Put put) {
        writes.put(part, access.plan(put.write(), KVOperation.SET));
      }
    }
  }

  /** Applies all parts and returns for each whether it changed anything. */
  List<Boolean> apply() {
    String doing = "changing " + parts.size() + " keys, the first of them '"
        + parts.get(0).keys().iterator().next() + "', in a transaction";
    List<Boolean> changed = new ArrayList<>();
    new Transaction(access, deadline, doing)
        .run(
            collection -> {
              changed.clear();
              changed.addAll(apply(collection));
              return true;
            },
            MongoErrors::isAnyDuplicateKey,
            this::look);
    return changed;
  }

  private List<Boolean> apply(SessionCollection collection) {
    Instant now = access.now();
    List<String> keys =
        parts.stream().map(part -> part.keys().iterator().next()).toList();
    Map<String, StoredDocument> present = collection.readAll(keys);
    List<WriteModel<RawBsonDocument>> models = new ArrayList<>();
    List<Boolean> changed = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      StoredDocument document = present.get(keys.get(i));
      boolean live = document != null && document.isLiveAt(now);
      check(parts.get(i), keys.get(i), live && document != null ? document.etag() : null);
      EntryWrite write = writes.get(parts.get(i));
      changed.add(write != null || live);
      if (write != null && document != null && !live) {
        models.add(BatchWriter.reclaimModel(write, now, mark));
      } else if (write != null) {
        models.add(BatchWriter.upsertModel(write, now, mark));
      } else if (live) {
        models.add(deletion(keys.get(i), (Mutation.Delete) parts.get(i), now));
      }
    }
    if (!models.isEmpty()) {
      collection.bulkWrite(models, BatchWriter.UNORDERED);
    }
    return changed;
  }

  private WriteModel<RawBsonDocument> deletion(String key, Mutation.Delete delete, Instant now) {
    Bson filter = mark.on(EntryFilter.key(key));
    Cause cause = Cause.of(delete.options());
    return access.recording().isOn()
        ? SessionCollection.updateModel(
            filter, KeyWriter.deletion(new ObjectId(), cause, now), false)
        : new DeleteOneModel<>(filter);
  }

  private static void check(Mutation<?> part, String key, @Nullable String present) {
    WriteCondition condition;
    String chosen;
    if (part instanceof Mutation.Put put) {
      condition = put.write().condition();
      chosen = put.write().etag();
    } else {
      WriteOptions options = ((Mutation.Delete) part).options();
      condition = options.condition();
      chosen = options.etag().orElse(null);
    }
    EtagReusedException.check(key, chosen, present);
    if (!condition.holdsFor(present)) {
      throw new PreconditionFailedException(key, condition, present);
    }
  }

  /**
   * Checks once whether a transaction with a lost reply was committed; null if that is still
   * unknown. If the writes are there, so are the deletes; without writes, all keys must be absent.
   */
  private @Nullable Object look(Deadline until) {
    if (writes.isEmpty()) {
      List<String> keys = parts.stream().flatMap(part -> part.keys().stream()).toList();
      Map<String, StoredDocument> present =
          access.run(until, collection -> collection.readAll(keys));
      return present.values().stream().noneMatch(document -> document.isLiveAt(access.now()))
          ? present
          : null;
    }
    return access.resolver().lookForAll(List.copyOf(writes.values()), until);
  }
}
