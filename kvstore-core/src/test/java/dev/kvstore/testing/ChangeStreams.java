package dev.kvstore.testing;

import de.bwaldvogel.mongo.backend.DefaultQueryMatcher;
import de.bwaldvogel.mongo.backend.QueryMatcher;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** The change streams of databases: their cursors. Guarded by the oplog's monitor. */
final class ChangeStreams {
  private static final String CHANGE_STREAM = "$changeStream";
  private static final Set<String> OPTIONS =
      Set.of("resumeAfter", "startAfter", "startAtOperationTime");
  private static final int FIRST_BATCH_SIZE = 101;

  /** How long a stream waits for events if the client does not say. */
  private static final long MAX_AWAIT_MILLIS = 1000;

  private final Oplog oplog;
  private final Map<Long, Cursor> cursors = new HashMap<>();
  private long lastCursor = 1L << 40;
  private int interruptions;

  ChangeStreams(Oplog oplog) {
    this.oplog = oplog;
  }

  /** Transforms or drops an event. */
  private interface Stage {
    @Nullable
    BsonDocument apply(BsonDocument event);
  }

  /** A cursor, which has returned everything up to its token. */
  private static final class Cursor {
    final String database;
    final List<Stage> stages;
    final int generation;
    ResumeToken token;
    boolean ended;

    Cursor(String database, List<Stage> stages, int generation, ResumeToken token) {
      this.database = database;
      this.stages = stages;
      this.generation = generation;
      this.token = token;
    }

    @Nullable
    BsonDocument see(BsonDocument event) {
      BsonDocument seen = event;
      for (Stage stage : stages) {
        seen = seen == null ? null : stage.apply(seen);
      }
      return seen;
    }
  }

  static boolean isOpening(BsonDocument command) {
    return command.containsKey("aggregate")
        && !command.getArray("pipeline").isEmpty()
        && command.getArray("pipeline").get(0).asDocument().containsKey(CHANGE_STREAM);
  }

  boolean has(long cursor) {
    return cursors.containsKey(cursor);
  }

  /** Returns the number of open streams. */
  int count() {
    return cursors.size();
  }

  BsonDocument open(BsonDocument command) {
    if (!command.isNumber("aggregate")) {
      throw new IllegalStateException("Only streams of databases are known here: " + command);
    }
    BsonArray pipeline = command.getArray("pipeline");
    ResumeToken start = start(pipeline.get(0).asDocument().getDocument(CHANGE_STREAM));
    List<Stage> stages = new ArrayList<>();
    pipeline.stream().skip(1).forEach(stage -> stages.add(stage(stage.asDocument())));
    Cursor cursor =
        new Cursor(command.getString("$db").getValue(), stages, oplog.generation(), start);
    long id = ++lastCursor;
    cursors.put(id, cursor);
    int size = command
        .getDocument("cursor")
        .getNumber("batchSize", new BsonInt32(FIRST_BATCH_SIZE))
        .intValue();
    return reply(id, cursor, "firstBatch", batch(cursor, size));
  }

  private ResumeToken start(BsonDocument options) {
    if (!OPTIONS.containsAll(options.keySet())) {
      throw new IllegalStateException("Not all of these options are known here: " + options);
    }
    ResumeToken start;
    if (options.containsKey("startAtOperationTime")) {
      start = ResumeToken.before(options.getTimestamp("startAtOperationTime"));
    } else if (options.containsKey("startAfter")) {
      start = ResumeToken.of(options.getDocument("startAfter"));
    } else if (options.containsKey("resumeAfter")) {
      start = ResumeToken.of(options.getDocument("resumeAfter"));
      if (start.isOfInvalidate()) {
        throw new CommandFailure(
            260,
            "InvalidResumeToken",
            "Attempting to resume a change stream using 'resumeAfter' is not allowed from an"
                + " invalidate notification.");
      }
    } else {
      start = ResumeToken.before(new BsonTimestamp(oplog.now().getValue() + 1));
    }
    if (start.time().compareTo(oplog.oldest()) < 0) {
      throw new CommandFailure(
          286,
          "ChangeStreamHistoryLost",
          "Resume of change stream was not possible, as the resume point may no longer be in the"
              + " oplog.",
          "NonResumableChangeStreamError");
    }
    return start;
  }

  private static Stage stage(BsonDocument stage) {
    return switch (stage.getFirstKey()) {
      case "$match" -> {
        Document filter = Documents.toPlain(stage.getDocument("$match"));
        QueryMatcher matcher = new DefaultQueryMatcher();
        yield event -> matcher.matches(Documents.toPlain(event), filter) ? event : null;
      }
      case "$project" -> new Projection(stage.getDocument("$project"))::of;
      default -> throw new IllegalStateException("This stage is not known here: " + stage);
    };
  }

  /** Waits for events, but no longer than the client requests. */
  BsonDocument more(BsonDocument command) throws InterruptedException {
    long id = command.getInt64("getMore").getValue();
    long deadline = System.nanoTime()
        + TimeUnit.MILLISECONDS.toNanos(
            command.getNumber("maxTimeMS", new BsonInt64(MAX_AWAIT_MILLIS)).longValue());
    int size = command.getNumber("batchSize", new BsonInt32(Integer.MAX_VALUE)).intValue();
    int before = interruptions;
    while (true) {
      if (interruptions != before) {
        throw new CommandFailure(
            11602,
            "InterruptedDueToReplStateChange",
            "operation was interrupted",
            "ResumableChangeStreamError");
      }
      Cursor cursor = cursor(id);
      BsonArray batch = batch(cursor, size);
      long left = deadline - System.nanoTime();
      if (!batch.isEmpty() || cursor.ended || left <= 0) {
        return reply(id, cursor, "nextBatch", batch);
      }
      long wait = Math.min(left, oplog.tickIfIdle());
      TimeUnit.NANOSECONDS.timedWait(oplog, Math.max(wait, TimeUnit.MILLISECONDS.toNanos(1)));
    }
  }

  private Cursor cursor(long id) {
    Cursor cursor = cursors.get(id);
    if (cursor == null) {
      throw new CommandFailure(43, "CursorNotFound", "cursor id " + id + " not found");
    }
    if (cursor.generation != oplog.generation()) {
      cursors.remove(id);
      throw new CommandFailure(
          136,
          "CappedPositionLost",
          "Error in $cursor stage :: caused by :: CollectionScan died due to failure to restore"
              + " tailable cursor position.");
    }
    return cursor;
  }

  /** Returns the next events and advances the cursor. */
  private BsonArray batch(Cursor cursor, int size) {
    BsonArray batch = new BsonArray();
    List<Oplog.Entry> entries = oplog.entries();
    for (int i = firstAfter(cursor.token); i < entries.size() && !cursor.ended; i++) {
      Oplog.Entry entry = entries.get(i);
      if (batch.size() == size) {
        return batch;
      }
      if (entry.database().equals(cursor.database)) {
        BsonDocument seen = cursor.see(entry.event());
        cursor.token = entry.token();
        cursor.ended = entry.token().isOfInvalidate();
        if (seen != null) {
          batch.add(seen);
        }
      }
    }
    ResumeToken present = ResumeToken.before(oplog.now());
    if (!cursor.ended && present.compareTo(cursor.token) > 0) {
      cursor.token = present;
    }
    return batch;
  }

  private int firstAfter(ResumeToken token) {
    List<Oplog.Entry> entries = oplog.entries();
    int from = 0;
    int to = entries.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (entries.get(middle).token().compareTo(token) > 0) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }

  private BsonDocument reply(long id, Cursor cursor, String name, BsonArray batch) {
    if (cursor.ended) {
      cursors.remove(id);
    }
    return new BsonDocument(
            "cursor",
            new BsonDocument(name, batch)
                .append("postBatchResumeToken", cursor.token.toBson())
                .append("id", new BsonInt64(cursor.ended ? 0 : id))
                .append("ns", new BsonString(cursor.database + ".$cmd.aggregate")))
        .append("ok", new BsonDouble(1));
  }

  /** Ends all waits with an error, like a primary that steps down. */
  void interrupt() {
    interruptions++;
    oplog.notifyAll();
  }

  BsonDocument kill(BsonDocument command) {
    BsonArray killed = new BsonArray();
    BsonArray unknown = new BsonArray();
    for (BsonValue cursor : command.getArray("cursors")) {
      boolean known = cursors.remove(cursor.asInt64().getValue()) != null;
      (known ? killed : unknown).add(cursor);
    }
    oplog.notifyAll();
    return new BsonDocument("cursorsKilled", killed)
        .append("cursorsNotFound", unknown)
        .append("cursorsAlive", new BsonArray())
        .append("cursorsUnknown", new BsonArray())
        .append("ok", new BsonDouble(1));
  }
}
