package dev.kvstore.internal.mongo.history;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.WriteModel;
import dev.kvstore.internal.mongo.history.RevisionPlan.Head;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** The collection of a store's revisions, see {@link RevisionPlan}. */
public record Revisions(MongoCollection<RawBsonDocument> collection) {
  public static final String PLACE = "_id";
  public static final String OF_KEY = "key";
  public static final String AT = "at";
  static final String REVISION = "revision";
  static final String REPLACED = "replaced";
  private static final String DIGEST = "digest";
  private static final String EXPIRES_AT = "expiresAt";

  /**
   * The index that finds the revision of a key at an instant, and when its entry was absent again.
   */
  private static final BsonDocument BY_KEY =
      BsonDocument.parse("{key: 1, revision: -1, at: 1, expiresAt: 1, _id: 1}");

  private static final BsonDocument BY_REPLACED = BsonDocument.parse("{replaced: 1}");
  static final BsonDocument NEWEST_FIRST = BsonDocument.parse("{key: 1, revision: -1}");
  private static final int MOST_AT_ONCE = 1000;
  private static final BsonDocument LAST_FIRST = BsonDocument.parse("{_id: -1}");

  public void createIndexes() {
    collection.createIndex(BY_KEY, new IndexOptions().name("by_key"));
    collection.createIndex(BY_REPLACED, new IndexOptions().name("by_replaced").sparse(true));
  }

  /** Returns the last place; 0 if there is none. */
  public long lastPlace() {
    RawBsonDocument last = collection
        .find()
        .sort(LAST_FIRST)
        .projection(Projections.include(PLACE))
        .first();
    return last == null ? 0 : last.getInt64(PLACE).getValue();
  }

  /** Returns the document at the place, or null. */
  public @Nullable RawBsonDocument find(long place) {
    return collection.find(new BsonDocument(PLACE, new BsonInt64(place))).first();
  }

  /**
   * Returns an empty plan for revisions of these keys.
   *
   * @param begun if the plan is for what changed before the history was turned on, that instant;
   *     otherwise {@link Instant#EPOCH}
   */
  public RevisionPlan plan(Set<String> keys, Instant begun, Instant now) {
    return new RevisionPlan(heads(keys), this::digests, begun, now);
  }

  /**
   * Some keys of the history.
   *
   * @param present those whose last revision did not end the entry
   * @param last the last of all of them; null if there are none
   */
  public record Keys(List<String> present, @Nullable String last) {}

  /** Returns the next keys after this one. */
  public Keys keysAfter(String after) {
    List<String> present = new ArrayList<>();
    String last = null;
    // The next call skips the other revisions of the last key.
    for (RawBsonDocument revision : collection
        .find(new BsonDocument(OF_KEY, new BsonDocument("$gt", new BsonString(after))))
        .sort(NEWEST_FIRST)
        .projection(Projections.include(OF_KEY, REVISION, AT, EXPIRES_AT))
        .limit(MOST_AT_ONCE)
        .batchSize(MOST_AT_ONCE + 1)) {
      String key = revision.getString(OF_KEY).getValue();
      if (!key.equals(last) && !Head.of(revision).isGone()) {
        present.add(key);
      }
      last = key;
    }
    return new Keys(present, last);
  }

  private Map<String, Head> heads(Collection<String> keys) {
    Map<String, Head> heads = new HashMap<>();
    if (keys.isEmpty()) {
      return heads;
    }
    BsonDocument group = new BsonDocument(PLACE, new BsonString("$key"));
    for (String member : List.of(REVISION, AT, EXPIRES_AT, DIGEST)) {
      group.put(member, new BsonDocument("$first", new BsonString("$" + member)));
    }
    group.put("place", new BsonDocument("$first", new BsonString("$" + PLACE)));
    List<Bson> stages = List.of(
        new BsonDocument("$match", new BsonDocument(OF_KEY, in(keys))),
        new BsonDocument("$sort", NEWEST_FIRST),
        new BsonDocument("$group", group));
    for (BsonDocument found : collection.aggregate(stages, BsonDocument.class)) {
      String key = found.getString(PLACE).getValue();
      found.put(PLACE, Objects.requireNonNull(found.get("place")));
      heads.put(key, Head.of(found));
    }
    return heads;
  }

  /** Returns a condition that matches these keys. */
  public static BsonDocument in(Collection<String> keys) {
    BsonArray names = new BsonArray();
    keys.forEach(key -> names.add(new BsonString(key)));
    return new BsonDocument("$in", names);
  }

  private Set<String> digests(String key, long from) {
    BsonDocument filter = new BsonDocument(OF_KEY, new BsonString(key))
        .append(REVISION, new BsonDocument("$gte", new BsonInt64(from)));
    return collection
        .find(filter)
        .projection(Projections.include(DIGEST))
        .map(revision -> revision.getString(DIGEST).getValue())
        .into(new HashSet<>());
  }

  /**
   * Adds revisions after the last place. Returns false if others were added since it was read.
   *
   * @param replacedAt the places of revisions that these replace, and when
   */
  public boolean add(
      List<BsonDocument> revisions, Map<Long, BsonDateTime> replacedAt, long lastPlace) {
    if (revisions.isEmpty()) {
      return true;
    }
    // Do this first: if the insert fails, the same revisions are planned again, with the same
    // successors.
    List<WriteModel<RawBsonDocument>> replaced = new ArrayList<>();
    replacedAt.forEach((place, at) -> replaced.add(new UpdateOneModel<>(
        new BsonDocument(PLACE, new BsonInt64(place)), Updates.set(REPLACED, at))));
    if (!replaced.isEmpty()) {
      collection.bulkWrite(replaced, new BulkWriteOptions().ordered(false));
    }
    List<BsonDocument> added = new ArrayList<>();
    for (BsonDocument revision : revisions) {
      BsonDocument placed = new BsonDocument(PLACE, new BsonInt64(lastPlace + added.size() + 1));
      placed.putAll(revision);
      added.add(placed);
    }
    try {
      collection.withDocumentClass(BsonDocument.class).insertMany(added);
      return true;
    } catch (MongoBulkWriteException e) {
      if (!e.getWriteErrors().isEmpty()
          && e.getWriteErrors().stream()
              .allMatch(error -> error.getCategory() == ErrorCategory.DUPLICATE_KEY)) {
        return false;
      }
      throw e;
    }
  }
}
