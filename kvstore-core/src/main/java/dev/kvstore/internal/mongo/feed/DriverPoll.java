package dev.kvstore.internal.mongo.feed;

import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import dev.kvstore.spi.Interest;
import dev.kvstore.spi.KeyRange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Polls the versions of keys with the driver. */
final class DriverPoll implements VersionPoll {
  /** The number of keys of maximum length that fit into a command. */
  private static final int MOST_KEYS = 20_000;

  private static final Bson VERSION = Projections.include("version", "etag", "expiresAt");

  private final MongoDatabase database;

  DriverPoll(MongoDatabase database, Duration timeout) {
    this.database = database
        .withCodecRegistry(MongoClientSettings.getDefaultCodecRegistry())
        .withTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public Map<String, Version> find(String store, Interest interest) {
    MongoCollection<BsonDocument> collection = database.getCollection(store, BsonDocument.class);
    Map<String, Version> found = new HashMap<>();
    List<String> keys = List.copyOf(interest.keys());
    List<Bson> ranges = interest.prefixes().stream().map(DriverPoll::range).toList();
    int from = 0;
    do {
      List<String> some = keys.subList(from, Math.min(keys.size(), from + MOST_KEYS));
      List<Bson> either = new ArrayList<>(from == 0 ? ranges : List.of());
      if (!some.isEmpty()) {
        either.add(Filters.in("_id", some));
      }
      // With a batch larger than the number of keys the server sends everything at once.
      for (BsonDocument entry :
          collection.find(any(either)).projection(VERSION).batchSize(MOST_KEYS + 1)) {
        if (entry.get("_id") instanceof BsonString key) {
          found.put(key.getValue(), version(entry));
        }
      }
      from += some.size();
    } while (from < keys.size());
    return found;
  }

  private static Bson any(List<Bson> filters) {
    return filters.size() == 1 ? filters.get(0) : Filters.or(filters);
  }

  private static Bson range(String prefix) {
    String end = new KeyRange(prefix, null).endExclusive();
    Bson atLeast = Filters.gte("_id", prefix);
    return end == null ? atLeast : Filters.and(atLeast, Filters.lt("_id", end));
  }

  private static Version version(BsonDocument entry) {
    @Nullable
    Instant expiresAt = entry.isDateTime("expiresAt")
        ? Instant.ofEpochMilli(entry.getDateTime("expiresAt").getValue())
        : null;
    return new Version(StreamEvent.version(entry), StreamEvent.etag(entry), expiresAt);
  }
}
