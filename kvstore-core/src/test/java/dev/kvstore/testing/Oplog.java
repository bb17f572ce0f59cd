package dev.kvstore.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonTimestamp;

/**
 * The history of changes and the cluster time, which advances with them. Its monitor guards the
 * whole state of the replica set: callers hold it, and are notified of changes.
 */
final class Oplog {
  /** An event of a change stream on its database. */
  record Entry(String database, BsonDocument event) {
    ResumeToken token() {
      return new ResumeToken(event.getDocument("_id").getString("_data").getValue());
    }

    BsonTimestamp time() {
      return event.getTimestamp("clusterTime");
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private long noopNanos = TimeUnit.SECONDS.toNanos(10);
  private BsonTimestamp now = new BsonTimestamp((int) (System.currentTimeMillis() / 1000), 1);
  private BsonTimestamp oldest = new BsonTimestamp(0, 1);
  private long movedAt = System.nanoTime();
  private int generation;

  /** Sets the interval at which an idle cluster time advances; initially 10 seconds. */
  void noopEvery(Duration interval) {
    noopNanos = interval.toNanos();
    notifyAll();
  }

  BsonTimestamp now() {
    return now;
  }

  /** Returns the time from which on the history is complete. */
  BsonTimestamp oldest() {
    return oldest;
  }

  /** Returns how often the history was lost. */
  int generation() {
    return generation;
  }

  List<Entry> entries() {
    return entries;
  }

  /** Advances the time by a change that no stream reports. */
  void tick() {
    int seconds = (int) (System.currentTimeMillis() / 1000);
    now = seconds > now.getTime()
        ? new BsonTimestamp(seconds, 1)
        : new BsonTimestamp(now.getTime(), now.getInc() + 1);
    movedAt = System.nanoTime();
    notifyAll();
  }

  /** Advances the time if it has been idle for long, and returns when to call again. */
  long tickIfIdle() {
    long idle = System.nanoTime() - movedAt;
    if (idle >= noopNanos) {
      tick();
      idle = 0;
    }
    return noopNanos - idle;
  }

  /** Adds events, all with the same time, like those of a transaction. */
  void append(String database, List<BsonDocument> events) {
    if (events.isEmpty()) {
      return;
    }
    tick();
    for (int i = 0; i < events.size(); i++) {
      boolean last = events.get(i).getString("operationType").getValue().equals("invalidate");
      ResumeToken token = last ? ResumeToken.ofInvalidate(now) : ResumeToken.ofEvent(now, i);
      BsonDocument event = new BsonDocument("_id", token.toBson());
      event.append("operationType", new BsonString("")).append("clusterTime", now);
      event.putAll(events.get(i));
      entries.add(new Entry(database, event));
    }
  }

  /** Forgets everything up to now. */
  void forget() {
    tick(); // a stream that has just started is slightly ahead
    tick();
    oldest = now;
    entries.clear();
    generation++;
  }
}
