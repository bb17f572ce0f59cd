package dev.kvstore.internal.mongo.feed;

import com.mongodb.MongoClientException;
import com.mongodb.MongoClientSettings;
import com.mongodb.ReadPreference;
import com.mongodb.client.ChangeStreamIterable;
import com.mongodb.client.MongoChangeStreamCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.MongoIterable;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Opens change streams of a database with the driver. */
final class DriverStreams implements StreamSource {
  /** The maximum number of events in an answer; fewer mean that there are no more. */
  static final int BATCH_SIZE = 1000;

  /** A majority read of a document that is small or does not exist. */
  private static final BsonDocument MAJORITY_READ = BsonDocument.parse(
      "{count: '" + ChangePump.HEARTBEATS + "', readConcern: {level: 'majority'}}");

  private final MongoDatabase database;
  private final Duration maxAwait;

  /**
   * @param timeout bounds every call
   * @param maxAwait how long the server waits for events before it answers that there are none;
   *     shorter than the timeout
   */
  DriverStreams(MongoDatabase database, Duration timeout, Duration maxAwait) {
    if (maxAwait.compareTo(timeout) >= 0) {
      throw new IllegalArgumentException("The server may wait for events for " + maxAwait
          + ", it must be less than the time-out of " + timeout);
    }
    this.database = database
        .withCodecRegistry(MongoClientSettings.getDefaultCodecRegistry())
        .withReadPreference(ReadPreference.primary())
        .withTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    this.maxAwait = maxAwait;
  }

  @Override
  public EventStream open(Start start, Set<String> collections) {
    ChangeStreamIterable<BsonDocument> stream = database
        .watch(pipeline(collections), BsonDocument.class)
        .batchSize(BATCH_SIZE)
        .maxAwaitTime(maxAwait.toMillis(), TimeUnit.MILLISECONDS);
    long startedAt = -1;
    if (start instanceof Start.After after) {
      stream.resumeAfter(after.token());
    } else {
      startedAt = start instanceof Start.At at ? at.position() : now();
      if (startedAt >= 0) {
        stream.startAtOperationTime(new BsonTimestamp(startedAt));
      }
    }
    // Decode to plain documents, so that an event of a newer server does not fail in a codec.
    MongoIterable<BsonDocument> events = stream.withDocumentClass(BsonDocument.class);
    return new DriverStream(
        (MongoChangeStreamCursor<BsonDocument>) events.cursor(),
        startedAt,
        start instanceof Start.Now ? startedAt : -1);
  }

  /**
   * Returns the time of the latest majority-committed operation, taken from a majority read; -1 if
   * there are no such times, as on a standalone server. With it the start of a stream is known
   * before the first event. Without a given start the server begins one tick later, at a time that
   * reads cannot demand until something is written.
   */
  private long now() {
    OptionalLong time =
        ClusterTimes.of(database.runCommand(MAJORITY_READ, BsonDocument.class), "operationTime");
    return time.orElse(-1);
  }

  /**
   * Returns a pipeline that drops events of unrelated collections on the server, and reduces the
   * others to the needed members: never a value, always the token in {@code _id}.
   */
  private static List<Bson> pipeline(Set<String> collections) {
    List<String> names = collections.stream().sorted().toList();
    Bson match = Filters.or(
        Filters.in("ns.coll", names),
        Filters.in("to.coll", names),
        Filters.in("operationType", "dropDatabase", "invalidate"));
    Bson project = Projections.include(
        "operationType",
        "clusterTime",
        "ns",
        "to",
        "documentKey._id",
        "fullDocument.version",
        "fullDocument.etag",
        "fullDocument.deleted",
        "fullDocument.history.pending",
        "fullDocument.history.operation",
        "fullDocument.history.expired",
        "updateDescription.updatedFields.version",
        "updateDescription.updatedFields.etag",
        "updateDescription.updatedFields.createdAt",
        "updateDescription.updatedFields.deleted",
        "updateDescription.updatedFields.recorded",
        "updateDescription.updatedFields.moved",
        "updateDescription.removedFields");
    return List.of(Aggregates.match(match), Aggregates.project(project));
  }

  /**
   * @param past events up to this time are dropped, because a stream repeats those of its start
   *     time
   */
  private record DriverStream(
      MongoChangeStreamCursor<BsonDocument> cursor, long startedAt, long past)
      implements EventStream {
    @Override
    public long startedAt() {
      if (startedAt < 0) {
        throw new MongoClientException(
            "The server has change streams and no operation time: is it really MongoDB?");
      }
      return startedAt;
    }

    @Override
    public Batch next() {
      List<BsonDocument> events = new ArrayList<>();
      @Nullable BsonDocument event = cursor.tryNext();
      while (event != null) {
        events.add(event);
        // Take only events that have already been received; otherwise tryNext would wait for the
        // server.
        event = cursor.available() > 0 ? cursor.tryNext() : null;
      }
      boolean full = events.size() >= BATCH_SIZE;
      events.removeIf(told -> ClusterTimes.of(told, "clusterTime").orElse(past + 1) <= past);
      return new Batch(events, cursor.getResumeToken(), full, cursor.getServerCursor() == null);
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
