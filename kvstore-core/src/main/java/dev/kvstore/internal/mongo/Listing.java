package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.StoredDocument.KEY;

import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import dev.kvstore.KVPage;
import dev.kvstore.SyncToken;
import dev.kvstore.internal.support.Chunks;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.KeyRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Reads many entries: a set of keys, or pages in key order. */
record Listing(StoreAccess access) {
  /** The size of documents after which a page ends. */
  private static final int PAGE_BYTES = 4 * 1024 * 1024;

  /** The maximum number of keys in one command. */
  static final int CHUNK = 1000;

  /** The maximum number of expired documents that are excluded by key. */
  private static final int MOST_DEAD = 1000;

  private static final Bson ORDER = Sorts.ascending(KEY);
  private static final Bson KEY_ALONE = Projections.include(KEY);

  /** Returns the stored entries of these keys, at least as new as the token. */
  List<StoredDocument> some(Collection<String> keys, SyncToken atLeast, Deadline deadline) {
    List<StoredDocument> found = new ArrayList<>();
    for (List<String> chunk : Chunks.of(new HashSet<>(keys), CHUNK)) {
      BsonDocument filter = EntryFilter.live(EntryFilter.keys(chunk), access.now());
      List<RawBsonDocument> documents = access.run(
          atLeast,
          deadline,
          collection -> collection
              .find(filter)
              .projection(StoreAccess.projection(true))
              .batchSize(chunk.size() + 1)
              .into(new ArrayList<>()));
      for (RawBsonDocument document : documents) {
        StoredDocument entry = StoredDocument.of(document);
        if (entry != null) {
          found.add(entry);
        }
      }
    }
    return found;
  }

  KVPage<StoredDocument> documents(
      KeyRange range, int limit, boolean withValue, SyncToken atLeast, Deadline deadline) {
    BsonDocument filter = EntryFilter.live(EntryFilter.range(range), access.now());
    return new Page<>(limit, 0, StoredDocument::of, StoredDocument::key)
        .read(filter, StoreAccess.projection(withValue), atLeast, deadline);
  }

  /** Returns the last entry by key, without its value. */
  Optional<StoredDocument> last(Deadline deadline) {
    BsonDocument filter = EntryFilter.live(EntryFilter.range(KeyRange.ALL), access.now());
    RawBsonDocument last = access.run(
        deadline,
        collection -> collection
            .find(filter)
            .sort(Sorts.descending(KEY))
            .projection(StoreAccess.projection(false))
            .first());
    return Optional.ofNullable(last).map(StoredDocument::of);
  }

  /**
   * Returns a page of keys, which the server reads from the index of {@code _id} alone; filtering
   * by expiry would make it fetch every document. The few expired keys are looked up in the TTL
   * index instead, before the page is read: an entry removed after that lookup is not on the page
   * either, whereas one removed between a page and a later lookup would stay on the page. If many
   * have expired because their removal is late, the server compares the expiry after all.
   */
  KVPage<String> keys(KeyRange range, int limit, SyncToken atLeast, Deadline deadline) {
    Instant now = access.now();
    BsonDocument filter = EntryFilter.range(range);
    Set<String> dead = dead(range, now, atLeast, deadline);
    if (dead.size() > MOST_DEAD) {
      EntryFilter.live(filter, now);
      dead = Set.of();
    }
    Set<String> without = dead;
    return new Page<String>(
            limit,
            without.size(),
            document -> {
              String key = id(document);
              return key == null || without.contains(key) || !StoredDocument.isKey(key)
                  ? null
                  : key;
            },
            Function.identity())
        .read(filter, KEY_ALONE, atLeast, deadline);
  }

  /**
   * Counts entries with the same two indexes as {@link #keys}: no document is fetched unless many
   * have expired.
   */
  int count(KeyRange range, int most, SyncToken atLeast, Deadline deadline) {
    Instant now = access.now();
    int dead = count(EntryFilter.dead(EntryFilter.range(range), now), MOST_DEAD, atLeast, deadline);
    if (dead == MOST_DEAD) {
      return count(EntryFilter.live(EntryFilter.range(range), now), most, atLeast, deadline);
    }
    int limit = (int) Math.min((long) most + dead, Integer.MAX_VALUE);
    int all = count(EntryFilter.range(range), limit, atLeast, deadline);
    return Math.max(0, Math.min(most, all - dead));
  }

  private int count(BsonDocument filter, int limit, SyncToken atLeast, Deadline deadline) {
    return access.run(atLeast, deadline, collection -> collection.count(filter, limit));
  }

  private Set<String> dead(KeyRange range, Instant now, SyncToken atLeast, Deadline deadline) {
    BsonDocument filter = EntryFilter.dead(EntryFilter.range(range), now);
    return access.run(
        atLeast,
        deadline,
        collection -> collection
            .find(filter)
            .projection(KEY_ALONE)
            .limit(MOST_DEAD + 1)
            .batchSize(MOST_DEAD + 2)
            .map(document -> document.getString(KEY).getValue())
            .into(new HashSet<>()));
  }

  private static @Nullable String id(RawBsonDocument document) {
    BsonValue id = document.get(KEY);
    return id instanceof BsonString text ? text.getValue() : null;
  }

  /** A page being filled. */
  private final class Page<T> {
    private final int limit;
    private final int spare;
    private final Function<RawBsonDocument, @Nullable T> reader;
    private final Function<T, String> keyOf;
    private final List<T> items = new ArrayList<>();
    private long bytes;

    /**
     * @param spare the number of additional documents to request, because as many may be left out
     * @param reader converts a document to an item; null to leave it out
     */
    Page(
        int limit,
        int spare,
        Function<RawBsonDocument, @Nullable T> reader,
        Function<T, String> keyOf) {
      this.limit = limit;
      this.spare = spare;
      this.reader = reader;
      this.keyOf = keyOf;
    }

    /** Reads the page. Requests one item more than fits, to learn if there is a next page. */
    KVPage<T> read(BsonDocument filter, Bson projection, SyncToken atLeast, Deadline deadline) {
      KVPage<T> page = null;
      while (page == null) {
        page = access.run(atLeast, deadline, collection -> more(collection, filter, projection));
      }
      return page;
    }

    /** Returns the page, or null if it is not full and there may be more. */
    private @Nullable KVPage<T> more(
        SessionCollection collection, BsonDocument filter, Bson projection) {
      int most = limit - items.size() + 1 + spare;
      int seen = 0;
      String last = null;
      // With a batch larger than the limit the server sends everything at once and keeps no cursor.
      try (MongoCursor<RawBsonDocument> cursor = collection
          .find(filter)
          .projection(projection)
          .sort(ORDER)
          .limit(most)
          .batchSize(most + 1)
          .iterator()) {
        while (cursor.hasNext()) {
          RawBsonDocument document = cursor.next();
          seen++;
          last = id(document);
          if (!add(document)) {
            return new KVPage<>(items, Optional.of(keyOf.apply(items.get(items.size() - 1))));
          }
        }
      }
      if (seen < most || last == null) {
        return new KVPage<>(items, Optional.empty());
      }
      filter.getDocument(KEY).put("$gt", new BsonString(last));
      return null;
    }

    /** Adds the document. Returns false if the page is full. */
    private boolean add(RawBsonDocument document) {
      T item = reader.apply(document);
      if (item == null) {
        return true;
      }
      if (items.size() == limit || bytes >= PAGE_BYTES) {
        return false;
      }
      items.add(item);
      bytes += document.getByteBuffer().remaining();
      return true;
    }
  }
}
