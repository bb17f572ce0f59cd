package dev.kvstore.internal.mongo.feed;

import dev.kvstore.testing.WireServer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * A server's history of events with cursors that fail at random in every way that a stream must
 * survive. Each reply makes more of the history visible.
 */
public final class ScriptedHistory implements WireServer.Commands {
  private static final int NO_SUCH_CURSOR = 43;
  private static final int NOT_PRIMARY = 10107;

  private final List<BsonDocument> events;
  private final Random random;
  /** The place at which a stream resumes after a token. */
  private final Map<BsonDocument, Integer> places = new HashMap<>();

  private final Map<Long, Integer> cursors = new HashMap<>();
  final List<BsonDocument> streams = new ArrayList<>();
  private final double failures;
  private int visible;
  private long nextCursor = 1;
  int disconnects;

  public ScriptedHistory(List<BsonDocument> events, long seed, double failures) {
    this.events = events;
    for (int place = 0; place < events.size(); place++) {
      places.put(events.get(place).getDocument("_id"), place + 1);
    }
    this.random = new Random(seed);
    this.failures = failures;
  }

  @Override
  public synchronized @Nullable BsonDocument answer(BsonDocument command) {
    if (command.containsKey("aggregate") || command.containsKey("getMore")) {
      return stream(command);
    }
    return ok();
  }

  private @Nullable BsonDocument stream(BsonDocument command) {
    if (random.nextDouble() < failures) {
      disconnects++;
      return null;
    }
    BsonDocument answer = command.containsKey("aggregate") ? open(command) : more(command);
    if (random.nextDouble() < failures) {
      disconnects++; // after execution: the reply is lost
      return null;
    }
    return answer;
  }

  private BsonDocument open(BsonDocument command) {
    BsonDocument stage = command.getArray("pipeline").get(0).asDocument();
    BsonDocument options = stage.getDocument("$changeStream");
    streams.add(command);
    int at = visible;
    if (options.containsKey("resumeAfter")) {
      at = places.getOrDefault(options.getDocument("resumeAfter"), 0);
    } else if (options.containsKey("startAtOperationTime")) {
      at = since(options.getTimestamp("startAtOperationTime").getValue());
    }
    long cursor = nextCursor++;
    cursors.put(cursor, at);
    return batch(cursor, "firstBatch", random.nextBoolean() ? 0 : 101);
  }

  private BsonDocument more(BsonDocument command) {
    long cursor = command.getInt64("getMore").getValue();
    if (random.nextDouble() < failures) {
      cursors.remove(cursor);
      return error(NOT_PRIMARY, "ResumableChangeStreamError");
    }
    if (!cursors.containsKey(cursor)) {
      return error(NO_SUCH_CURSOR);
    }
    grow();
    return batch(cursor, "nextBatch", command.getNumber("batchSize").intValue());
  }

  private void grow() {
    int more = random.nextInt(20) == 0 ? 1500 : random.nextInt(100);
    visible = Math.min(events.size(), visible + more);
    // A transaction becomes visible as a whole.
    while (visible > 0 && visible < events.size() && time(visible) == time(visible - 1)) {
      visible++;
    }
  }

  private BsonDocument batch(long cursor, String name, int limit) {
    int from = cursors.getOrDefault(cursor, 0);
    int to = Math.min(visible, from + limit);
    cursors.put(cursor, to);
    boolean ends = random.nextDouble() < failures;
    BsonArray documents = new BsonArray(new ArrayList<BsonValue>(events.subList(from, to)));
    BsonDocument token = to > 0 ? events.get(to - 1).getDocument("_id") : ScriptedSource.token(1);
    return ok().append(
            "cursor",
            new BsonDocument(name, documents)
                .append("postBatchResumeToken", token)
                .append("id", new BsonInt64(ends ? 0 : cursor))
                .append("ns", new BsonString("rec.$cmd.aggregate")));
  }

  /** Returns the place of the first event at this time or later. */
  private int since(long time) {
    int place = 0;
    while (place < events.size() && time(place) < time) {
      place++;
    }
    return place;
  }

  private long time(int place) {
    return events.get(place).getTimestamp("clusterTime").getValue();
  }

  private BsonDocument ok() {
    long now = visible == 0 ? 1 : time(visible - 1);
    return new BsonDocument("ok", new BsonInt32(1)).append("operationTime", new BsonTimestamp(now));
  }

  private BsonDocument error(int code, String... labels) {
    BsonArray array = new BsonArray();
    for (String label : labels) {
      array.add(new BsonString(label));
    }
    return new BsonDocument("ok", new BsonInt32(0))
        .append("code", new BsonInt32(code))
        .append("errmsg", new BsonString("scripted"))
        .append("errorLabels", array);
  }
}
