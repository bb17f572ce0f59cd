package dev.kvstore.internal.mongo;

import com.mongodb.MongoClientSettings;
import com.mongodb.MongoException;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.kvstore.internal.mongo.feed.ChangePump;
import dev.kvstore.internal.support.ServiceThread;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a small majority write at a regular interval, so that the position of an idle change stream
 * advances more often than every 10 seconds or so, as it does by itself. That way a cache knows
 * sooner that its server is not cut off. Of all processes with a heartbeat for the same database,
 * about one writes each time.
 */
final class Heartbeat extends ServiceThread {
  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);
  private static final String ID = "heartbeat";
  private static final String AT = "at";

  private final MongoCollection<BsonDocument> collection;
  private final Duration interval;
  private final InstantSource clock;
  private boolean refused; // confined to the thread

  private Heartbeat(MongoDatabase database, Duration interval, InstantSource clock) {
    super("kvstore-heartbeat-" + database.getName(), "heartbeat");
    this.collection = database
        .getCollection(ChangePump.HEARTBEATS, BsonDocument.class)
        .withCodecRegistry(MongoClientSettings.getDefaultCodecRegistry())
        .withWriteConcern(WriteConcern.MAJORITY)
        .withTimeout(interval.toMillis(), TimeUnit.MILLISECONDS);
    this.interval = interval;
    this.clock = clock;
  }

  /** Starts a heartbeat on its own thread. */
  static Heartbeat start(MongoDatabase database, Duration interval, InstantSource clock) {
    Heartbeat heartbeat = new Heartbeat(database, interval, clock);
    heartbeat.start();
    return heartbeat;
  }

  @Override
  protected void step() {
    beat();
    pause(interval);
  }

  private void beat() {
    Instant now = clock.instant();
    // Half an interval, so that a node that is slightly early does not skip its beat.
    Date old = Date.from(now.minus(interval.dividedBy(2)));
    try {
      collection.updateOne(
          Filters.and(Filters.eq("_id", ID), Filters.lt(AT, old)),
          Updates.set(AT, Date.from(now)),
          new UpdateOptions().upsert(true));
      refused = false;
    } catch (MongoException e) {
      if (MongoErrors.isDuplicateKey(e)) {
        // The document exists and is recent: another node has just written it.
        refused = false;
      } else {
        report(e);
      }
    }
  }

  /** Logs missing privileges, which are permanent; network failures are logged elsewhere. */
  private void report(MongoException failure) {
    if (MongoErrors.isRefusal(failure) && !refused) {
      refused = true;
      log.warn(
          "Heartbeat refused by the server (error {}): grant update and insert on the collection"
              + " '{}', or near-caches are bypassed when an idle database is past the partition"
              + " bound",
          failure.getCode(),
          collection.getNamespace());
    }
    log.debug("Heartbeat failed", failure);
  }

  /** Waits a while for a running write. */
  @Override
  public void close() {
    stop();
    interrupt();
    super.close();
  }
}
