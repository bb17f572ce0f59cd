package dev.kvstore.internal.mongo.feed;

import java.util.List;
import java.util.Set;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** Where change streams come from: the driver, or a test's script. */
interface StreamSource {
  /**
   * Opens a stream of what happens to these collections, and to the database as a whole.
   *
   * @throws RuntimeException what the driver throws
   */
  EventStream open(Start start, Set<String> collections);

  /** Where a stream begins. */
  sealed interface Start {
    /** With what happens from now on. */
    record Now() implements Start {}

    /** With what happened at that cluster time. */
    record At(long position) implements Start {}

    /** With what happened after that resume token. */
    record After(BsonDocument token) implements Start {}
  }

  /** An open stream, for one thread. */
  interface EventStream extends AutoCloseable {
    /** Returns the cluster time of the start where it is one, or that of now where it was now. */
    long startedAt();

    /** Waits a moment for events. Not to be called again after an exception. */
    Batch next();

    @Override
    void close();
  }

  /**
   * What one answer of the server contained.
   *
   * @param token stands for the place in history after these events
   * @param full whether more may follow at once, even of the last event's cluster time
   * @param ended whether the server has closed the stream
   */
  record Batch(
      List<BsonDocument> events, @Nullable BsonDocument token, boolean full, boolean ended) {}
}
