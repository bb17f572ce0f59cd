package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.StoredDocument.VALUE;

import dev.kvstore.EtagReusedException;
import dev.kvstore.KVOperation;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.mongo.KeyWriter.Sent;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.util.OptionalLong;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonType;
import org.jspecify.annotations.Nullable;

/**
 * Adds to whole numbers with the server's {@code $inc}. That operator also accepts doubles and
 * decimals, so the filter matches only int32 and int64. If nothing matches, the key is read to find
 * out why.
 */
record Counter(StoreAccess access, KeyWriter writer) {
  /** Excludes arrays, which would match by the types of their elements. */
  private static final BsonDocument WHOLE_NUMBER =
      BsonDocument.parse("{$type: ['int', 'long'], $not: {$type: 'array'}}");

  StoredDocument increment(String key, long by, WriteOptions options, Deadline deadline) {
    EntryWrite write = access.plan(written(key, by, options), KVOperation.INCREMENT);
    WriteCondition condition = options.condition();
    if (condition.equals(WriteCondition.IF_ABSENT)) {
      return writer.createIfAbsent(write, true, deadline);
    }
    BsonDocument demanded = KeyWriter.demanded(condition, write.chosenEtag());
    while (true) {
      Sent sent = new Sent(null, null);
      if (demanded != null) {
        StoredDocument narrow = write.isRecorded() ? null : addNarrow(key, by, options, deadline);
        sent =
            narrow != null ? new Sent(narrow, null) : add(write, by, condition, demanded, deadline);
      }
      StoredDocument sum =
          sent.document() != null ? sent.document() : explain(write, by, condition, deadline);
      if (sum != null) {
        return sum;
      }
      access.pause(deadline, KeyWriter.doing(key), sent.refusal());
    }
  }

  private Sent add(
      EntryWrite write,
      long by,
      WriteCondition condition,
      BsonDocument demanded,
      Deadline deadline) {
    BsonDocument number = WHOLE_NUMBER.clone();
    if (write.isRecorded() && by != 0) {
      // In a pipeline, a sum that exceeds an int64 would become a double.
      number.put(
          by > 0 ? "$lte" : "$gte",
          new BsonInt64(by > 0 ? Long.MAX_VALUE - by : Long.MIN_VALUE - by));
    }
    BsonDocument countable = new BsonDocument(VALUE, number);
    countable.putAll(demanded);
    return writer.update(write, now -> write.adding(by, now), condition, countable, true, deadline);
  }

  /**
   * Finds out why nothing was added.
   *
   * @return the new entry that replaced an expired one; null to try again
   */
  private @Nullable StoredDocument explain(
      EntryWrite write, long by, WriteCondition condition, Deadline deadline) {
    String key = write.key();
    StoredDocument found =
        access.reading("key '" + key + "'", () -> access.find(key, true, deadline));
    StoredDocument live = found != null && found.isLiveAt(access.now()) ? found : null;
    String etag = live == null ? null : live.etag();
    EtagReusedException.check(key, write.chosenEtag(), etag);
    if (!condition.holdsFor(etag)) {
      throw new PreconditionFailedException(key, condition, etag);
    }
    if (live != null) {
      checkAddable(key, live.storedValue(), by);
      return null;
    }
    return found == null ? null : writer.reclaim(write, true, deadline);
  }

  private static void checkAddable(String key, RawValue value, long by) {
    OptionalLong number = BsonValues.wholeNumber(value);
    if (number.isEmpty()) {
      throw new TypeMismatchException(
          key, BsonValues.typeName(value), "int64", "only a whole number can be added to", null);
    }
    try {
      Math.addExact(number.getAsLong(), by);
    } catch (ArithmeticException e) {
      throw new TypeMismatchException(
          key, BsonValues.typeName(value), "int64", "the sum does not fit into 64 bits", e);
    }
  }

  /**
   * Adds a number that needs an int64 to a stored int32 if the sum is an int32 again; {@code $inc}
   * would store an int64. This is rare, so it may take two commands.
   *
   * @return the new document; null if this case does not apply or a concurrent write intervened
   */
  private @Nullable StoredDocument addNarrow(
      String key, long by, WriteOptions options, Deadline deadline) {
    long span = 1L << Integer.SIZE;
    if (by == (int) by || by > span || by < -span) {
      return null;
    }
    StoredDocument found = access.findLive(key, true, deadline);
    if (found == null
        || !options.condition().holdsFor(found.etag())
        || found.storedValue().typeNumber() != BsonType.INT32.getValue()) {
      return null;
    }
    long sum = BsonValues.wholeNumber(found.storedValue()).orElseThrow() + by;
    if (sum != (int) sum) {
      return null;
    }
    EntryWrite narrow = new EntryWrite(written(key, sum, options), null);
    WriteCondition unchanged = WriteCondition.ifMatch(found.etag());
    BsonDocument demanded = KeyWriter.demanded(unchanged, narrow.chosenEtag());
    return demanded == null
        ? null
        : writer
            .update(narrow, narrow::keepingExpiry, unchanged, demanded, true, deadline)
            .document();
  }

  private static Write written(String key, long number, WriteOptions options) {
    return new Write(key, BsonValues.ofNumber(number, false), options);
  }
}
