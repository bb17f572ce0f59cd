package dev.kvstore.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.RawBsonDocument;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index by which MongoDB removes expired entries of a store, made before the first write of
 * this process, and made sure of now and then, as somebody may have dropped the collection and the
 * index with it. No read relies on it for its answer: without it expired entries stay on the disk,
 * and are absent all the same. So a server that refuses it gets a warning in the log, not an error
 * for the application.
 */
final class ExpiryIndex {
  private static final Logger log = LoggerFactory.getLogger(ExpiryIndex.class);

  /** For so long writes go on without the index after the server took too long to make it. */
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private static final BsonDocument KEYS =
      new BsonDocument(StoredDocument.EXPIRES_AT, new BsonInt32(1));
  private static final IndexOptions OPTIONS =
      new IndexOptions().name("expiresAt_1").expireAfter(0L, TimeUnit.SECONDS);

  /** For so long at most writes go on without an index that was dropped. */
  private static final Duration GOOD_FOR = Duration.ofMinutes(10);

  private final MongoErrors errors;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile long nextLook = System.nanoTime();

  ExpiryIndex(MongoErrors errors) {
    this.errors = errors;
  }

  void ensure(MongoCollection<RawBsonDocument> collection, Deadline deadline) {
    if (!isDue()) {
      return;
    }
    String doing = "preparing store '" + collection.getNamespace().getCollectionName() + "'";
    try {
      if (!lock.tryLock(deadline.millisLeft(), TimeUnit.MILLISECONDS)) {
        throw errors.unavailable(doing, null);
      }
    } catch (InterruptedException e) {
      throw errors.interrupted(doing, e);
    }
    try {
      if (isDue()) {
        create(collection);
        nextLook = System.nanoTime() + GOOD_FOR.toNanos();
      }
    } catch (MongoTimeoutException e) {
      // It may be that the server is building it, over all that is there.
      nextLook = System.nanoTime() + PAUSE.toNanos();
      throw errors.of(e, doing);
    } catch (RuntimeException e) {
      throw errors.of(e, doing);
    } finally {
      lock.unlock();
    }
  }

  /** To be called when the collection was dropped: the next write makes the index again. */
  void forget() {
    nextLook = System.nanoTime();
  }

  private boolean isDue() {
    return System.nanoTime() - nextLook >= 0;
  }

  private static void create(MongoCollection<RawBsonDocument> collection) {
    try {
      collection.createIndex(KEYS, OPTIONS);
    } catch (MongoCommandException e) {
      if (!MongoErrors.isRefusal(e)) {
        throw e;
      }
      log.warn(
          "{} has no index {{}: 1} with expireAfterSeconds 0, and the server refused to make it"
              + " (error {}): expired entries are absent, but nothing removes their documents",
          collection.getNamespace(),
          StoredDocument.EXPIRES_AT,
          e.getErrorCode());
    }
  }
}
