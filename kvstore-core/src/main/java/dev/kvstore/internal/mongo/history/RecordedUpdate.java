package dev.kvstore.internal.mongo.history;

import dev.kvstore.KVOperation;
import dev.kvstore.RevisionSource;
import dev.kvstore.spi.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Updates for a store with a history: aggregation pipelines that run on MongoDB 4.2. In one atomic
 * step they write the entry and keep its previous state in the document's {@code history}, from
 * where it is moved to the history of the store:
 *
 * <pre>
 * { _id: …, value: …, …,                    // as without a history
 *   deleted: true,                          // only if the entry was deleted, see below
 *   recorded: "…",                          // the digest of the recorded state
 *   moved: "…",                             // the etag of the earlier state up to which all is recorded
 *   history: { etag: ObjectId(…),           // of the write that added the following
 *              revision: NumberLong(…), operation: "set", comment: "…", from: { … },
 *              fresh: true,                 // there was no document
 *              expired: Date,               // the previous entry had expired
 *              pending: true,               // something is not recorded yet
 *              unrecorded: [ { value: …, version: …, …, recorded: …, history: { … } } ] } }
 * </pre>
 *
 * <p>A deleted entry stays as a tombstone for a while. It has no value, version 0, and an expiry in
 * the past, so that every reader treats it as absent.
 *
 * <p>The replaced state is always kept, even if it is recorded: a manual write that left etag and
 * {@code recorded} unchanged can be detected only by the digest, which a pipeline cannot compute.
 */
public final class RecordedUpdate {
  /**
   * The minimum distance of two revisions, which leaves room for revisions to record in between.
   */
  public static final long STEP = 1 << 10;

  private static final String REMOVE = "$$REMOVE";
  private static final BsonString REMOVED = new BsonString(REMOVE);
  private static final BsonArray NOTHING = new BsonArray();
  private static final BsonInt64 ZERO = new BsonInt64(0);
  private static final BsonInt64 ONE = new BsonInt64(1);

  /** How long before its creation the expiry of a tombstone is set. */
  public static final Duration LONG_AGO = Duration.ofDays(1);

  /** The members of the history that describe one state. */
  private static final List<String> SAID =
      List.of("etag", "revision", "operation", "comment", "from", "fresh", "expired");

  /** Tests that there is a document; a new document of an upsert has only the key at first. */
  private static final BsonValue THERE = op(
      "$or",
      op("$ne", typeOf("etag"), text("missing")),
      op("$ne", typeOf("value"), text("missing")));

  private final BsonObjectId etag;
  private final Cause cause;
  private final KVOperation operation;
  private final BsonDateTime now;
  private final boolean keepsReplaced;

  /**
   * @param keepsReplaced false only if the replaced state is known to be recorded and is too large
   *     to keep
   */
  public RecordedUpdate(
      ObjectId etag, Cause cause, KVOperation operation, Instant now, boolean keepsReplaced) {
    this.etag = new BsonObjectId(etag);
    this.cause = cause;
    this.operation = operation;
    this.now = date(now);
    this.keepsReplaced = keepsReplaced;
  }

  /** Returns the revision of a write at this time, unless an earlier revision is higher. */
  static long revision(Instant time) {
    return time.toEpochMilli() << 20;
  }

  /**
   * Returns an update that replaces the value of an entry, or creates an entry.
   *
   * @param expiresAt null for never
   * @param expiryKept true to keep the expiry of an existing entry instead
   */
  public BsonArray put(BsonValue value, @Nullable Instant expiresAt, boolean expiryKept) {
    return pipeline("$set", written(literal(value), expiresAt, expiryKept));
  }

  /** Returns an update that creates an entry, or changes nothing if there is one. */
  public BsonArray create(BsonValue value, @Nullable Instant expiresAt) {
    BsonDocument created = new BsonDocument("_id", text("$_id"));
    created.putAll(written(literal(value), expiresAt, false));
    return pipeline("$replaceWith", op("$cond", live(), text("$$ROOT"), created));
  }

  /**
   * Returns an update that adds to a whole number, or creates an entry with the number. The filter
   * must ensure that the sum fits into an int64; otherwise it would become a double.
   */
  public BsonArray add(long by, @Nullable Instant expiresAt) {
    BsonValue sum = op("$add", text("$value"), new BsonInt64(by));
    BsonValue fits = op(
        "$and",
        op("$eq", typeOf("value"), text("int")),
        op("$gte", sum, new BsonInt64(Integer.MIN_VALUE)),
        op("$lte", sum, new BsonInt64(Integer.MAX_VALUE)));
    BsonValue first = by == (int) by ? new BsonInt32((int) by) : new BsonInt64(by);
    BsonValue added = op("$cond", fits, op("$toInt", sum), sum);
    return pipeline("$set", written(op("$cond", live(), added, first), expiresAt, true));
  }

  /** Returns an update that turns an entry into a tombstone. */
  public BsonArray delete() {
    return pipeline("$set", tombstone(now, author()));
  }

  /** Returns an update that turns an expired entry into a tombstone. */
  public static BsonArray expire(Instant now) {
    RecordedUpdate update =
        new RecordedUpdate(new ObjectId(), Cause.UNKNOWN, KVOperation.EXPIRE, now, true);
    return pipeline("$set", update.tombstone(text("$expiresAt"), REMOVED));
  }

  /** Returns the tombstone that an entry left which was gone then. */
  static BsonDocument tombstone(String key, Instant at) {
    return new BsonDocument("_id", text(key))
        .append("version", ZERO)
        .append("etag", new BsonObjectId(new ObjectId()))
        .append("updatedAt", date(at))
        .append("expiresAt", date(at.minus(LONG_AGO)))
        .append("deleted", BsonBoolean.TRUE);
  }

  private BsonDocument tombstone(BsonValue at, BsonValue author) {
    return new BsonDocument("value", REMOVED)
        .append("version", ZERO)
        .append("etag", etag)
        .append("updatedAt", at)
        .append("updatedBy", author)
        .append("expiresAt", new BsonDateTime(now.getValue() - LONG_AGO.toMillis()))
        .append("deleted", BsonBoolean.TRUE)
        .append("recorded", REMOVED)
        .append("history", history(new BsonDocument()));
  }

  private BsonDocument written(BsonValue value, @Nullable Instant expiresAt, boolean expiryKept) {
    BsonValue live = live();
    BsonValue expiry = expiresAt == null ? REMOVED : date(expiresAt);
    return new BsonDocument("value", value)
        .append("version", op("$cond", live, op("$add", orElse("version", ZERO), ONE), ONE))
        .append("etag", etag)
        .append("createdAt", op("$cond", live, orElse("createdAt", now), now))
        .append("updatedAt", now)
        .append("updatedBy", author())
        .append("expiresAt", expiryKept ? op("$cond", live, text("$expiresAt"), expiry) : expiry)
        .append("deleted", REMOVED)
        .append("recorded", REMOVED)
        .append(
            "history",
            history(new BsonDocument("fresh", op("$cond", THERE, REMOVED, BsonBoolean.TRUE))
                .append("expired", op("$cond", expired(), text("$expiresAt"), REMOVED))));
  }

  private BsonValue author() {
    return cause.author() == null ? REMOVED : literal(text(cause.author()));
  }

  private BsonValue history(BsonDocument history) {
    history
        .append("etag", etag)
        .append(
            "revision",
            op(
                "$max",
                op("$add", orElse("history.revision", ZERO), new BsonInt64(STEP)),
                new BsonInt64(revision(Instant.ofEpochMilli(now.getValue())))))
        .append("operation", text(operation.text()));
    if (cause.comment() != null) {
      history.put("comment", literal(text(cause.comment())));
    }
    if (cause.from() != null) {
      history.put("from", literal(source(cause.from())));
    }
    BsonValue replaced =
        keepsReplaced ? op("$cond", THERE, new BsonArray(List.of(present())), NOTHING) : NOTHING;
    history
        .append("pending", BsonBoolean.TRUE)
        .append("unrecorded", op("$concatArrays", orElse("history.unrecorded", NOTHING), replaced));
    // A plain document would be merged with the existing one.
    return op("$mergeObjects", history);
  }

  /** Returns an expression for the whole current state, without missing members. */
  private static BsonDocument present() {
    BsonDocument present = new BsonDocument();
    EntryImage.MEMBERS.forEach(member -> present.put(member, text("$" + member)));
    BsonDocument history = new BsonDocument();
    SAID.forEach(member -> history.put(member, text("$history." + member)));
    return present.append("recorded", text("$recorded")).append("history", history);
  }

  /** Tests that there is a live entry. A missing expiry would compare as less than any date. */
  private BsonValue live() {
    return op("$and", THERE, op("$not", past()));
  }

  private BsonValue past() {
    return op(
        "$and", op("$eq", typeOf("expiresAt"), text("date")), op("$lte", text("$expiresAt"), now));
  }

  private BsonValue expired() {
    return op("$and", past(), op("$ne", text("$deleted"), BsonBoolean.TRUE));
  }

  static BsonDocument source(RevisionSource from) {
    BsonDocument source = new BsonDocument();
    from.store().ifPresent(store -> source.put("store", text(store)));
    from.key().ifPresent(key -> source.put("key", text(key)));
    from.version().ifPresent(version -> source.put("version", new BsonInt64(version)));
    from.etag().ifPresent(of -> source.put("etag", text(of)));
    return source;
  }

  private static BsonArray pipeline(String stage, BsonValue specified) {
    return new BsonArray(List.of(new BsonDocument(stage, specified)));
  }

  private static BsonDocument op(String operator, BsonValue... operands) {
    return new BsonDocument(operator, new BsonArray(List.of(operands)));
  }

  private static BsonDocument typeOf(String member) {
    return new BsonDocument("$type", text("$" + member));
  }

  private static BsonDocument orElse(String member, BsonValue otherwise) {
    return op("$ifNull", text("$" + member), otherwise);
  }

  /** Returns the value as a literal, so that it is not evaluated as an expression. */
  private static BsonDocument literal(BsonValue value) {
    return new BsonDocument("$literal", value);
  }

  private static BsonString text(String text) {
    return new BsonString(text);
  }

  private static BsonDateTime date(Instant time) {
    return new BsonDateTime(time.toEpochMilli());
  }
}
