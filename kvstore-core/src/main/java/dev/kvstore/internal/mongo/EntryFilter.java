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

/** The filters that select documents of a store. */
final class EntryFilter {
  /**
   * Matches documents that {@link StoredDocument} reads as having no etag; the zero ObjectId is the
   * smallest one.
   */
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

  /**
   * Returns a filter for the keys in the range. Comparisons with text match only text, so documents
   * with an {@code _id} of another type are excluded.
   */
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

  /** Restricts the filter to documents that have not expired. */
  static BsonDocument live(BsonDocument filter, Instant now) {
    return filter.append(EXPIRES_AT, new BsonDocument("$not", expired(now)));
  }

  /** Restricts the filter to expired documents that are still stored. */
  static BsonDocument dead(BsonDocument filter, Instant now) {
    return filter.append(EXPIRES_AT, expired(now));
  }

  private static BsonDocument expired(Instant now) {
    return new BsonDocument("$lte", new BsonDateTime(now.toEpochMilli()));
  }

  /** Returns a filter for documents with this etag; null if no document can have it. */
  static @Nullable BsonDocument etag(String etag) {
    if (etag.equals(StoredDocument.NO_ETAG)) {
      return NO_ETAG;
    }
    // Upper-case digits would parse to the same ObjectId, but are a different etag.
    if (!ObjectId.isValid(etag) || !new ObjectId(etag).toHexString().equals(etag)) {
      return null;
    }
    return new BsonDocument(ETAG, new BsonObjectId(new ObjectId(etag)));
  }

  /** Returns a filter for documents that do not have this etag. */
  static BsonDocument otherEtag(String etag) {
    return new BsonDocument(ETAG, new BsonDocument("$ne", new BsonObjectId(new ObjectId(etag))));
  }
}
