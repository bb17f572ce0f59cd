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

/** The change streams of a database, by the driver. */
final class DriverStreams implements StreamSource {
  /** No answer has more events, so that one with fewer is known to be all there is. */
  static final int BATCH_SIZE = 1000;

  /** Of what is small or not there. */
  private static final BsonDocument MAJORITY_READ = BsonDocument.parse(
      "{count: '" + ChangePump.HEARTBEATS + "', readConcern: {level: 'majority'}}");

  private final MongoDatabase database;
  private final Duration maxAwait;

  /**
   * @param timeout bounds every call
   * @param maxAwait how long the server waits for events before it answers that there are none;
   *     shorter than the time-out
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
    // As the documents that they are: an event of a newer server must not fail in a codec.
    MongoIterable<BsonDocument> events = stream.withDocumentClass(BsonDocument.class);
    return new DriverStream(
        (MongoChangeStreamCursor<BsonDocument>) events.cursor(),
        startedAt,
        start instanceof Start.Now ? startedAt : -1);
  }

  /**
   * Returns the time of the latest operation that a majority has, as a majority read tells, or -1
   * where there are no such times, as on a standalone. With it the place where a stream begins is
   * known before there was any event. Where no place is given the server itself begins one tick
   * later and says so, which is a time that it refuses to be asked for until something is written.
   */
  private long now() {
    OptionalLong time =
        ClusterTimes.of(database.runCommand(MAJORITY_READ, BsonDocument.class), "operationTime");
    return time.orElse(-1);
  }

  /**
   * What others do in the same database stays there, and of what concerns a store comes just what
   * is needed: never a value, always the token in {@code _id}.
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

  /** @param past events up to this time are not told: a stream begins with those of its time */
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
        // What is available is here already; another tryNext would wait for the server.
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
