package dev.kvstore.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonTimestamp;

/**
 * What has happened, and the cluster's time, which moves with it. Its monitor guards all that the
 * replica set has: callers hold it, and are woken when something happens.
 */
final class Oplog {
  /** Something that a change stream tells of its database. */
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

  /** How long the time stands still at most while nothing is written: 10 seconds at first. */
  void noopEvery(Duration interval) {
    noopNanos = interval.toNanos();
    notifyAll();
  }

  BsonTimestamp now() {
    return now;
  }

  /** The time from which on everything is known. */
  BsonTimestamp oldest() {
    return oldest;
  }

  /** Counts how often the history was lost. */
  int generation() {
    return generation;
  }

  List<Entry> entries() {
    return entries;
  }

  /** Lets the time move on by something that no stream tells. */
  void tick() {
    int seconds = (int) (System.currentTimeMillis() / 1000);
    now = seconds > now.getTime()
        ? new BsonTimestamp(seconds, 1)
        : new BsonTimestamp(now.getTime(), now.getInc() + 1);
    movedAt = System.nanoTime();
    notifyAll();
  }

  /** Lets the time move on if it has stood still for long, and returns when to ask again. */
  long tickIfIdle() {
    long idle = System.nanoTime() - movedAt;
    if (idle >= noopNanos) {
      tick();
      idle = 0;
    }
    return noopNanos - idle;
  }

  /** Adds events, all of them of one time, as a transaction has it. */
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
    tick(); // a stream that has just begun is a little ahead
    tick();
    oldest = now;
    entries.clear();
    generation++;
  }
}
