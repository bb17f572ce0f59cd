package dev.kvstore.internal.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import dev.kvstore.internal.support.Deadline;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TTL index by which MongoDB removes the expired entries of a store. It is created before the
 * first write of this process, and ensured from time to time, as the collection may have been
 * dropped together with its index. Reads do not depend on it: without it, expired entries stay on
 * disk but still count as absent. So if the server refuses to create it, a warning is logged and
 * the application gets no error; and if building it takes long, that continues with its own time
 * limit while the application writes.
 *
 * <p>In a store with a history, MongoDB must not remove an entry before its expiry is recorded.
 * There the index has the longest possible delay, and {@link HistoryKeeper} removes the entries.
 */
final class ExpiryIndex {
  private static final Logger log = LoggerFactory.getLogger(ExpiryIndex.class);

  /** The time limit for building the index over all documents. */
  private static final Duration BUILDING = Duration.ofMinutes(10);

  /** How long the first write waits for the index; at most a third of its time limit. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  /** How long writes continue without the index after building it took too long. */
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private static final BsonDocument KEYS =
      new BsonDocument(StoredDocument.EXPIRES_AT, new BsonInt32(1));
  private static final IndexOptions OPTIONS =
      new IndexOptions().name("expiresAt_1").expireAfter(0L, TimeUnit.SECONDS);

  private static final long LONGEST_EXPIRY = Integer.MAX_VALUE;
  private static final IndexOptions KEPT =
      new IndexOptions().name("expiresAt_1").expireAfter(LONGEST_EXPIRY, TimeUnit.SECONDS);
  private static final int OTHER_OPTIONS = 85;
  private static final int NO_INDEX = 27;

  private static final BsonDocument PENDING =
      new BsonDocument(HistoryLog.PENDING, new BsonInt32(1));
  private static final IndexOptions PENDING_OPTIONS =
      new IndexOptions().name("history_pending").sparse(true);

  /**
   * The interval at which the index is ensured; the longest time that writes continue after it was
   * dropped.
   */
  private static final Duration GOOD_FOR = Duration.ofMinutes(10);

  private final MongoErrors errors;
  private volatile boolean kept;
  private @Nullable FutureTask<@Nullable Void> building; // guarded by this
  private volatile long nextLook = System.nanoTime();

  ExpiryIndex(MongoErrors errors) {
    this.errors = errors;
  }

  /** @param recorded true if the store has a history */
  void ensure(MongoCollection<RawBsonDocument> collection, boolean recorded, Deadline deadline) {
    if (recorded && !kept) {
      forget();
    }
    kept = recorded;
    if (System.nanoTime() - nextLook < 0) {
      return;
    }
    String doing = "preparing store '" + collection.getNamespace().getCollectionName() + "'";
    FutureTask<@Nullable Void> task = build(collection);
    try {
      task.get(
          Math.min(LONGEST_WAIT.toMillis(), deadline.millisLeft() / 3 + 1), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      nextLook = System.nanoTime() + PAUSE.toNanos();
      log.info("Writing before the index for expiry is built: {}", collection.getNamespace());
    } catch (InterruptedException e) {
      throw errors.interrupted(doing, e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? errors.of(failure, doing)
          : errors.of(new IllegalStateException(e.getCause()), doing);
    }
  }

  /** Returns the running build of the index, or starts one on its own thread. */
  private synchronized FutureTask<@Nullable Void> build(
      MongoCollection<RawBsonDocument> collection) {
    FutureTask<@Nullable Void> running = building;
    if (running == null || running.isDone()) {
      MongoCollection<RawBsonDocument> patient =
          collection.withTimeout(BUILDING.toMillis(), TimeUnit.MILLISECONDS);
      running = new FutureTask<>(() -> create(patient), null);
      Thread thread = new Thread(running, "kvstore-index-" + collection.getNamespace());
      thread.setDaemon(true);
      thread.start();
      building = running;
    }
    return running;
  }

  /** Makes the next write ensure the index. Called when the collection was dropped. */
  void forget() {
    nextLook = System.nanoTime();
  }

  private void create(MongoCollection<RawBsonDocument> collection) {
    try {
      if (kept) {
        createKept(collection);
      } else {
        collection.createIndex(KEYS, OPTIONS);
      }
    } catch (MongoCommandException e) {
      if (!MongoErrors.isRefusal(e)) {
        throw e;
      }
      log.warn(
          "{} has no index {{}: 1} with expireAfterSeconds {}, and the server refused to make it"
              + " (error {}): expired entries are absent, but {}",
          collection.getNamespace(),
          StoredDocument.EXPIRES_AT,
          kept ? LONGEST_EXPIRY : 0,
          e.getErrorCode(),
          kept ? "their end may be missing in the history" : "nothing removes their documents");
    }
    nextLook = System.nanoTime() + GOOD_FOR.toNanos();
  }

  private static void createKept(MongoCollection<RawBsonDocument> collection) {
    try {
      collection.createIndex(KEYS, KEPT);
    } catch (MongoCommandException e) {
      if (e.getErrorCode() != OTHER_OPTIONS) {
        throw e;
      }
      replace(collection, KEPT);
    }
    collection.createIndex(PENDING, PENDING_OPTIONS);
  }

  /** Lets MongoDB remove expired entries again, for a store whose history was turned off. */
  static void leaveToTheServer(MongoCollection<RawBsonDocument> collection) {
    // Do not recreate a store that was dropped concurrently.
    if (collection.listIndexes(BsonDocument.class).first() != null) {
      replace(collection, OPTIONS);
    }
  }

  /**
   * Drops and recreates the index. Changing it in place needs a privilege that the role readWrite
   * does not have.
   */
  private static void replace(MongoCollection<RawBsonDocument> collection, IndexOptions options) {
    try {
      collection.dropIndex(KEYS);
    } catch (MongoCommandException e) {
      if (e.getErrorCode() != NO_INDEX) {
        throw e;
      } // another process has dropped it already
    }
    collection.createIndex(KEYS, options);
  }
}
