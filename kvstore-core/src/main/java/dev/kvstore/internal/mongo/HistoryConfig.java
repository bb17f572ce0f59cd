package dev.kvstore.internal.mongo;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.kvstore.HistorySettings;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The history settings and state of a store that all processes share: a document in
 * {@value StoredFormat#COLLECTION}. It is read before the first write of this process and every few
 * seconds while the process writes, so that all processes follow a change within that time.
 *
 * <p>A process with settings for all stores of its database stores them once per store, unless the
 * store has its own. A process without settings follows the stored ones.
 */
final class HistoryConfig {
  /** How long a process may follow settings that have changed. */
  static final Duration GOOD_FOR = Duration.ofSeconds(5);

  /** When one of the operations reads them again, so that the others need not wait for that. */
  private static final Duration RENEWED_AFTER = Duration.ofSeconds(4);

  private static final String ON = "on";
  private static final String RETENTION = "retention";
  private static final String REVISIONS = "revisions";
  private static final String OWN = "own";
  private static final String SINCE = "since";
  private static final String GONE = "gone";
  private static final String REMOVALS = "removals";
  private static final String BEGUN = "begun";
  private static final String COMPLETE = "complete";
  private static final String EXPIRY_KEPT = "expiryKept";
  private static final String DROPPED = "dropped";

  private final MongoCollection<BsonDocument> collection;
  private final BsonDocument mine;
  private final Optional<HistorySettings> ofDatabase;
  private final MongoErrors errors;
  private volatile State state = new State(new BsonDocument());
  private volatile boolean given;
  private volatile long readAt = System.nanoTime() - GOOD_FOR.toNanos();
  private final AtomicLong nextLook = new AtomicLong(readAt);

  HistoryConfig(
      MongoDatabase database,
      String store,
      Optional<HistorySettings> ofDatabase,
      MongoErrors errors) {
    this.collection = database.getCollection(StoredFormat.COLLECTION, BsonDocument.class);
    this.mine = EntryFilter.key("history:" + store);
    this.ofDatabase = ofDatabase;
    this.errors = errors;
  }

  /**
   * A dropped store, which is kept under another name until the deletion of its entries is
   * recorded.
   */
  record Dropped(String collection, Instant at, Cause cause) {}

  /** The content of the document. */
  record State(BsonDocument document) {
    boolean isKnown() {
      return !document.isEmpty();
    }

    boolean isOn() {
      return document.getBoolean(ON, BsonBoolean.FALSE).getValue();
    }

    private boolean isOwn() {
      return document.getBoolean(OWN, BsonBoolean.FALSE).getValue();
    }

    HistorySettings settings() {
      HistorySettings settings = isOn() ? HistorySettings.DEFAULT : HistorySettings.OFF;
      settings = document.containsKey(RETENTION)
          ? settings.retention(Duration.ofMillis(document.getInt64(RETENTION).getValue()))
          : settings.forever();
      return document.containsKey(REVISIONS)
          ? settings.revisions(document.getInt32(REVISIONS).getValue())
          : settings;
    }

    /** Returns the earliest instant that the history covers. */
    Instant since() {
      return Instant.ofEpochMilli(
          document.getDateTime(SINCE, new BsonDateTime(0)).getValue());
    }

    /** Returns the last place from which a revision was removed. */
    long gone() {
      return document.getInt64(GONE, new BsonInt64(0)).getValue();
    }

    /** Returns the number of removals of revisions. */
    long removals() {
      return document.getInt64(REMOVALS, new BsonInt64(0)).getValue();
    }

    /** Returns the instant at which the history was last turned on. */
    Instant begun() {
      return document.containsKey(BEGUN)
          ? Instant.ofEpochMilli(document.getDateTime(BEGUN).getValue())
          : since();
    }

    /**
     * Returns true if all that was written before all processes knew of the history is recorded.
     */
    boolean isComplete() {
      return document.getBoolean(COMPLETE, BsonBoolean.FALSE).getValue();
    }

    /** Returns true if MongoDB is configured not to remove expired entries. */
    boolean isExpiryKept() {
      return document.getBoolean(EXPIRY_KEPT, BsonBoolean.FALSE).getValue();
    }

    /** Returns true if there may be something to record or to put back in order. */
    boolean isToBeKept() {
      return isOn() || isExpiryKept() || !dropped().isEmpty();
    }

    List<Dropped> dropped() {
      List<Dropped> dropped = new ArrayList<>();
      if (document.containsKey(DROPPED)) {
        document.getArray(DROPPED).forEach(each -> dropped.add(dropped(each.asDocument())));
      }
      return dropped;
    }

    private static Dropped dropped(BsonDocument document) {
      Cause cause = new Cause(text(document, "by"), text(document, "comment"), null, null);
      return new Dropped(
          document.getString("collection").getValue(),
          Instant.ofEpochMilli(document.getDateTime("at").getValue()),
          cause);
    }

    private static @Nullable String text(BsonDocument document, String member) {
      return document.containsKey(member) ? document.getString(member).getValue() : null;
    }
  }

  /** Returns the state as of the last read. */
  State state() {
    return state;
  }

  /** Returns the settings of the store, or those that it will get with its first write. */
  HistorySettings settings() {
    State seen = state;
    boolean follows = seen.isKnown() && (given || seen.isOwn() || ofDatabase.isEmpty());
    return follows ? seen.settings() : ofDatabase.orElse(HistorySettings.OFF);
  }

  /** Reads the document if the last read was a while ago. */
  void look(Deadline deadline) {
    long now = System.nanoTime();
    long due = nextLook.get();
    if (now - readAt >= GOOD_FOR.toNanos()
        || (now - due >= 0 && nextLook.compareAndSet(due, now + GOOD_FOR.toNanos()))) {
      read(deadline);
    }
  }

  State read(Deadline deadline) {
    long started = System.nanoTime();
    try {
      BsonDocument found = timed(deadline).find(mine).first();
      state = new State(found == null || !found.containsKey(ON) ? new BsonDocument() : found);
    } catch (MongoException e) {
      if (!MongoErrors.isRefusal(e) || ofDatabase.isPresent()) {
        throw errors.of(e, "reading the settings of the history");
      }
      state = new State(
          new BsonDocument()); // a process without the privilege to read the settings keeps no
      // history
    }
    readAt = started;
    nextLook.set(started + RENEWED_AFTER.toNanos());
    return state;
  }

  /** Returns true if {@link #settings} differ from the stored ones and must be stored. */
  boolean isToBeGiven() {
    State seen = state;
    HistorySettings wanted = settings();
    return seen.isKnown() ? !wanted.equals(seen.settings()) : wanted.isEnabled();
  }

  /** Notes that the settings of this process need not be stored any more. */
  void given() {
    given = true;
  }

  /**
   * Stores settings.
   *
   * @param own true if these are the store's own settings, not those of the database
   * @param begun the current instant if the history is turned on; otherwise null
   * @param since the instant from which on the history is then complete
   */
  void store(
      HistorySettings settings,
      boolean own,
      @Nullable Instant begun,
      Instant since,
      Deadline deadline) {
    List<Bson> update = new ArrayList<>();
    update.add(Updates.set(ON, BsonBoolean.valueOf(settings.isEnabled())));
    update.add(Updates.set(OWN, BsonBoolean.valueOf(own)));
    update.add(settings
        .retention()
        .map(time -> Updates.set(RETENTION, new BsonInt64(time.toMillis())))
        .orElseGet(() -> unset(RETENTION)));
    update.add(
        settings.revisions().isPresent()
            ? Updates.set(REVISIONS, new BsonInt32(settings.revisions().getAsInt()))
            : unset(REVISIONS));
    if (begun != null) {
      update.add(Updates.set(BEGUN, new BsonDateTime(begun.toEpochMilli())));
      update.add(Updates.set(SINCE, new BsonDateTime(since.toEpochMilli())));
      update.add(Updates.set(COMPLETE, BsonBoolean.FALSE));
      update.add(Updates.set(EXPIRY_KEPT, BsonBoolean.TRUE));
    }
    BsonDocument filter = mine.clone();
    if (!own) {
      filter.put(OWN, new BsonDocument("$ne", BsonBoolean.TRUE));
    }
    try {
      timed(deadline).updateOne(filter, Updates.combine(update), new UpdateOptions().upsert(true));
    } catch (MongoException e) {
      if (!MongoErrors.isDuplicateKey(e)) {
        throw e;
      } // the store was given its own settings concurrently
    }
    given = true;
    read(deadline);
  }

  /** Notes that all is recorded, unless the history has begun again since this state was read. */
  void complete(State seen, Deadline deadline) {
    BsonDocument filter = mine.clone().append(BEGUN, seen.document().get(BEGUN, BsonNull.VALUE));
    timed(deadline).updateOne(filter, Updates.set(COMPLETE, BsonBoolean.TRUE));
    read(deadline);
  }

  void expiryIsLeftToTheServer(Deadline deadline) {
    update(unset(EXPIRY_KEPT), deadline);
  }

  /** The store is known from then on. */
  void reachesBackTo(Instant since, Deadline deadline) {
    update(Updates.set(SINCE, new BsonDateTime(since.toEpochMilli())), deadline);
  }

  /**
   * Notes that revisions up to this place are about to be removed, and that the history covers only
   * the time since this instant.
   */
  void removing(long place, Instant since, Deadline deadline) {
    update(
        Updates.combine(
            new BsonDocument("$inc", new BsonDocument(REMOVALS, new BsonInt64(1))),
            Updates.max(GONE, new BsonInt64(place)),
            Updates.max(SINCE, new BsonDateTime(since.toEpochMilli()))),
        deadline);
  }

  void dropping(Dropped dropped, Deadline deadline) {
    BsonDocument noted = new BsonDocument("collection", new BsonString(dropped.collection()))
        .append("at", new BsonDateTime(dropped.at().toEpochMilli()));
    Cause cause = dropped.cause();
    if (cause.author() != null) {
      noted.put("by", new BsonString(cause.author()));
    }
    if (cause.comment() != null) {
      noted.put("comment", new BsonString(cause.comment()));
    }
    update(Updates.push(DROPPED, noted), deadline);
  }

  void dropped(Dropped dropped, Deadline deadline) {
    BsonDocument noted = new BsonDocument("collection", new BsonString(dropped.collection()));
    update(Updates.pull(DROPPED, noted), deadline);
  }

  private void update(Bson update, Deadline deadline) {
    timed(deadline).updateOne(mine, update);
    read(deadline);
  }

  private static Bson unset(String member) {
    return new BsonDocument("$unset", new BsonDocument(member, new BsonString("")));
  }

  private MongoCollection<BsonDocument> timed(Deadline deadline) {
    return collection.withTimeout(deadline.millisLeft(), TimeUnit.MILLISECONDS);
  }
}
