package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.StoredDocument.ETAG;
import static dev.kvstore.internal.mongo.StoredDocument.EXPIRES_AT;
import static dev.kvstore.internal.mongo.StoredDocument.KEY;

import dev.kvstore.spi.KeyRange;
import java.time.Instant;
import java.util.Collection;
import org.bson.BsonArray;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/** Which documents a command is about. */
final class EntryFilter {
  /** What {@link StoredDocument} reads as one without an etag: every other ObjectId is greater. */
  private static final BsonDocument NO_ETAG = BsonDocument.parse("{$or: [{" + ETAG
      + ": {$not: {$gt: {$oid: '" + StoredDocument.NO_ETAG + "'}}}}, {" + ETAG
      + ": {$type: 'array'}}]}");

  private EntryFilter() {}

  static BsonDocument key(String key) {
    return new BsonDocument(KEY, new BsonString(key));
  }

  static BsonDocument keys(Collection<String> keys) {
    BsonArray names = new BsonArray(keys.size());
    keys.forEach(key -> names.add(new BsonString(key)));
    return new BsonDocument(KEY, new BsonDocument("$in", names));
  }

  /** Only text is compared with text, so documents with other kinds of {@code _id} stay out. */
  static BsonDocument range(KeyRange range) {
    BsonDocument bounds = new BsonDocument("$gte", new BsonString(range.prefix()));
    if (range.after() != null) {
      bounds.put("$gt", new BsonString(range.after()));
    }
    String end = range.endExclusive();
    if (end != null) {
      bounds.put("$lt", new BsonString(end));
    }
    return new BsonDocument(KEY, bounds);
  }

  /** Narrows the filter to what has not expired. */
  static BsonDocument live(BsonDocument filter, Instant now) {
    return filter.append(EXPIRES_AT, new BsonDocument("$not", expired(now)));
  }

  /** Narrows the filter to what has expired and is still there. */
  static BsonDocument dead(BsonDocument filter, Instant now) {
    return filter.append(EXPIRES_AT, expired(now));
  }

  private static BsonDocument expired(Instant now) {
    return new BsonDocument("$lte", new BsonDateTime(now.toEpochMilli()));
  }

  /** What a document with that etag holds; null where the text can be no document's etag. */
  static @Nullable BsonDocument etag(String etag) {
    if (etag.equals(StoredDocument.NO_ETAG)) {
      return NO_ETAG;
    }
    // In capitals it would be the same ObjectId, but another etag.
    if (!ObjectId.isValid(etag) || !new ObjectId(etag).toHexString().equals(etag)) {
      return null;
    }
    return new BsonDocument(ETAG, new BsonObjectId(new ObjectId(etag)));
  }

  /** What a document without that etag holds. */
  static BsonDocument otherEtag(String etag) {
    return new BsonDocument(ETAG, new BsonDocument("$ne", new BsonObjectId(new ObjectId(etag))));
  }
}
