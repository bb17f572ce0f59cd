package dev.kvstore.internal.mongo.feed;

import java.util.List;
import java.util.Set;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** A source of change streams: the driver, or a script in tests. */
interface StreamSource {
  /**
   * Opens a stream of the events of these collections and of the database as a whole.
   *
   * @throws RuntimeException any exception of the driver
   */
  EventStream open(Start start, Set<String> collections);

  /** The start of a stream. */
  sealed interface Start {
    /** Starts now. */
    record Now() implements Start {}

    /** Starts at this cluster time, inclusive. */
    record At(long position) implements Start {}

    /** Starts after this resume token. */
    record After(BsonDocument token) implements Start {}
  }

  /** An open stream. Not thread-safe. */
  interface EventStream extends AutoCloseable {
    /** Returns the cluster time of the start, if it was given as a time or as now. */
    long startedAt();

    /** Waits a moment for events. Must not be called again after an exception. */
    Batch next();

    @Override
    void close();
  }

  /**
   * The content of one answer of the server.
   *
   * @param token the resume token after these events
   * @param full true if more events may follow at once, even of the last event's cluster time
   * @param ended true if the server has closed the stream
   */
  record Batch(
      List<BsonDocument> events, @Nullable BsonDocument token, boolean full, boolean ended) {}
}
