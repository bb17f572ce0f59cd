package dev.kvstore.internal.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.internal.support.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The layout of the documents of a database, as noted in its collection {@value #COLLECTION}. It is
 * checked before the first write of this process and from time to time, as a newer library may have
 * changed it. A database without that note has the first layout. Reads do not check it, so a
 * read-only user needs no privilege on that collection.
 */
final class StoredFormat {
  static final String COLLECTION = "_kvstore";
  static final String ID = "_format";
  static final String VERSION = "version";

  /** The first release that supports the layout. */
  static final String NEEDS = "needs";

  private static final Bson SAYS = Filters.eq(new BsonString(ID));

  private static final int KNOWN = 1;
  private static final String KNOWN_SINCE = "0.1.0";

  private static final Duration GOOD_FOR = Duration.ofMinutes(10);

  private static final Logger log = LoggerFactory.getLogger(StoredFormat.class);

  private final MongoCollection<BsonDocument> collection;
  private final MongoErrors errors;
  private volatile long nextLook = System.nanoTime();

  StoredFormat(MongoDatabase database, MongoErrors errors) {
    this.collection = database.getCollection(COLLECTION, BsonDocument.class);
    this.errors = errors;
  }

  /**
   * @throws KVException with {@link ErrorCode#UNSUPPORTED_SERVER} if the layout is newer than this
   *     version supports; it must not be written
   */
  void check(Deadline deadline) {
    if (System.nanoTime() - nextLook < 0) {
      return;
    }
    try {
      BsonDocument format = read(deadline);
      if (format != null) {
        check(format);
      } else {
        note(deadline);
      }
    } catch (RuntimeException e) {
      if (!(e instanceof MongoException failure) || !MongoErrors.isRefusal(failure)) {
        throw errors.of(e, "reading the format of the database");
      }
      log.warn(
          "The server does not permit reads of the collection {} (error {}): grant find, insert and"
              + " update on it, or a newer format of the database goes unnoticed",
          collection.getNamespace(),
          failure.getCode());
    }
    nextLook = System.nanoTime() + GOOD_FOR.toNanos();
  }

  private @Nullable BsonDocument read(Deadline deadline) {
    return timed(deadline).find(SAYS).first();
  }

  private void check(BsonDocument format) {
    int version = format.getNumber(VERSION, new BsonInt32(KNOWN)).intValue();
    if (version > KNOWN) {
      String needs = format.getString(NEEDS, new BsonString("a newer version")).getValue();
      throw new KVException(
          ErrorCode.UNSUPPORTED_SERVER,
          "The database '" + collection.getNamespace().getDatabaseName() + "' has the format "
              + version + ", this version of kvstore knows those up to " + KNOWN
              + "; nothing was written. Use kvstore " + needs);
    }
  }

  private void note(Deadline deadline) {
    try {
      timed(deadline)
          .updateOne(
              SAYS,
              Updates.combine(
                  Updates.setOnInsert(VERSION, new BsonInt32(KNOWN)),
                  Updates.setOnInsert(NEEDS, new BsonString(KNOWN_SINCE))),
              new UpdateOptions().upsert(true));
    } catch (MongoWriteException | MongoCommandException e) {
      // Another process was first, or this one lacks the privilege and leaves it to another
      // process.
      log.debug("The format of the database was not noted", e);
    }
  }

  private MongoCollection<BsonDocument> timed(Deadline deadline) {
    return collection.withTimeout(deadline.millisLeft(), TimeUnit.MILLISECONDS);
  }
}
