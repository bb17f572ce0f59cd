package dev.kvstore.internal.mongo.history;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.FindIterable;
import com.mongodb.client.model.Projections;
import java.time.Instant;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.RawBsonDocument;

/**
 * Removes replaced revisions in batches, but never the last one of an existing entry. The last
 * document of the history also stays, so that no place is reused.
 *
 * @param notice notified before anything is removed
 */
public record RevisionRemoval(Revisions history, Notice notice) {
  private static final int MOST_AT_ONCE = 200;
  private static final BsonDocument OLDEST_FIRST = BsonDocument.parse("{replaced: 1}");
  private static final BsonDocument BY_AGE = BsonDocument.parse("{key: 1, revision: 1}");

  /** Notes how far the history reaches back. */
  public interface Notice {
    /**
     * Reports that revisions up to this place are about to be removed.
     *
     * @param since the instant from which on the history remains complete
     */
    void removing(long place, Instant since);
  }

  /** Removes a batch of revisions replaced by this instant. Returns the number removed. */
  public int replacedBefore(Instant until) {
    BsonDateTime time = new BsonDateTime(until.toEpochMilli());
    return remove(history
        .collection()
        .find(new BsonDocument(Revisions.REPLACED, new BsonDocument("$lte", time)))
        .sort(OLDEST_FIRST));
  }

  /**
   * Keeps only the newest revisions of the key.
   *
   * @param bound the revision from which on none is removed; the key's document may still carry
   *     them, and they would be recorded again
   */
  public void allButTheNewest(String key, int most, long bound) {
    BsonDocument ofKey = new BsonDocument(Revisions.OF_KEY, new BsonString(key));
    RawBsonDocument oldestKept = history
        .collection()
        .find(ofKey)
        .sort(Revisions.NEWEST_FIRST)
        .skip(most - 1)
        .projection(Projections.include(Revisions.REVISION))
        .first();
    if (oldestKept == null) {
      return;
    }
    long first = Math.min(oldestKept.getInt64(Revisions.REVISION).getValue(), bound);
    ofKey.put(Revisions.REVISION, new BsonDocument("$lt", new BsonInt64(first)));
    while (remove(history.collection().find(ofKey).sort(BY_AGE)) == MOST_AT_ONCE) {
      // removes one batch
    }
  }

  private int remove(FindIterable<RawBsonDocument> found) {
    long last = history.lastPlace();
    long place = 0;
    long since = 0;
    BsonArray places = new BsonArray();
    for (RawBsonDocument revision : found
        .limit(MOST_AT_ONCE)
        .projection(Projections.include(Revisions.PLACE, Revisions.REPLACED))) {
      long at = revision.getInt64(Revisions.PLACE).getValue();
      if (at != last && revision.get(Revisions.REPLACED) instanceof BsonDateTime replaced) {
        places.add(new BsonInt64(at));
        place = Math.max(place, at);
        since = Math.max(since, replaced.getValue());
      }
    }
    if (!places.isEmpty()) {
      notice.removing(place, Instant.ofEpochMilli(since));
      history
          .collection()
          .deleteMany(new BsonDocument(Revisions.PLACE, new BsonDocument("$in", places)));
    }
    return places.size();
  }

  /**
   * Removes all replaced revisions. A document without a revision takes the last place.
   *
   * @param last true to remove those that were not replaced, too, because no entry has them
   */
  public void all(boolean last, Instant now) {
    long place = 0;
    while (place == 0) {
      place = tryToEnd(history.lastPlace() + 1);
    }
    notice.removing(place, now);
    BsonDocument removed =
        new BsonDocument(Revisions.PLACE, new BsonDocument("$lt", new BsonInt64(place)));
    if (!last) {
      removed.put(Revisions.REPLACED, new BsonDocument("$exists", BsonBoolean.TRUE));
    }
    history.collection().deleteMany(removed);
  }

  private long tryToEnd(long place) {
    try {
      history
          .collection()
          .withDocumentClass(BsonDocument.class)
          .insertOne(new BsonDocument(Revisions.PLACE, new BsonInt64(place)));
      return place;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
        throw e;
      }
      return 0;
    }
  }
}
