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
 * The updates of a store that has a history: aggregation pipelines, of what MongoDB 4.2 knows. In
 * one atomic step they write the entry and put the state that it had before into the document's
 * {@code history}, from where it is moved to the history of the store:
 *
 * <pre>
 * { _id: …, value: …, …,                    // as without a history
 *   deleted: true,                          // only where the entry is gone, see below
 *   recorded: "…",                          // the digest of the state that is recorded
 *   moved: "…",                             // the etag of a state before, up to which all is recorded
 *   history: { etag: ObjectId(…),           // of the write that says the following
 *              revision: NumberLong(…), operation: "set", comment: "…", from: { … },
 *              fresh: true,                 // there was no document
 *              expired: Date,               // the one that was there had expired
 *              pending: true,               // something is not recorded yet
 *              unrecorded: [ { value: …, version: …, …, recorded: …, history: { … } } ] } }
 * </pre>
 *
 * <p>A deleted entry stays as a tombstone for a while: it has no value, its expiry is past, so that
 * every reader takes it for absent, and its version is 0.
 *
 * <p>The replaced state is always carried over, also one that is recorded: who wrote to the
 * document by hand, and left etag and {@code recorded} as they were, shows in the digest alone,
 * which no pipeline can compute.
 */
public final class RecordedUpdate {
  /** The least distance of two revisions, for what has to be recorded in between. */
  public static final long STEP = 1 << 10;

  private static final String REMOVE = "$$REMOVE";
  private static final BsonString REMOVED = new BsonString(REMOVE);
  private static final BsonArray NOTHING = new BsonArray();
  private static final BsonInt64 ZERO = new BsonInt64(0);
  private static final BsonInt64 ONE = new BsonInt64(1);

  /** A tombstone's expiry is so long before it was made. */
  public static final Duration LONG_AGO = Duration.ofDays(1);

  /** What the history says of one state. */
  private static final List<String> SAID =
      List.of("etag", "revision", "operation", "comment", "from", "fresh", "expired");

  /** Whether there is a document: an upsert begins with the key alone. */
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
   * @param keepsReplaced false only where the replaced state is known to be recorded, and is too
   *     large to be carried
   */
  public RecordedUpdate(
      ObjectId etag, Cause cause, KVOperation operation, Instant now, boolean keepsReplaced) {
    this.etag = new BsonObjectId(etag);
    this.cause = cause;
    this.operation = operation;
    this.now = date(now);
    this.keepsReplaced = keepsReplaced;
  }

  /** Returns the revision that is written at that time, if none before it is higher. */
  static long revision(Instant time) {
    return time.toEpochMilli() << 20;
  }

  /**
   * Writes a value over an entry, or makes one.
   *
   * @param expiresAt null for never
   * @param expiryKept whether an entry keeps the expiry that it has, in place of that one
   */
  public BsonArray put(BsonValue value, @Nullable Instant expiresAt, boolean expiryKept) {
    return pipeline("$set", written(literal(value), expiresAt, expiryKept));
  }

  /** Makes an entry, or changes nothing if there is one. */
  public BsonArray create(BsonValue value, @Nullable Instant expiresAt) {
    BsonDocument created = new BsonDocument("_id", text("$_id"));
    created.putAll(written(literal(value), expiresAt, false));
    return pipeline("$replaceWith", op("$cond", live(), text("$$ROOT"), created));
  }

  /**
   * Adds to the whole number of an entry, or makes an entry of it. Without the result's bounds
   * checked before, a sum past int64 would be a double.
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

  /** Makes a tombstone of an entry. */
  public BsonArray delete() {
    return pipeline("$set", tombstone(now, author()));
  }

  /** Makes a tombstone of an entry that has expired. */
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
    // A document alone would be merged with the one that is there.
    return op("$mergeObjects", history);
  }

  /** The state that is there, whole. What is missing is left out. */
  private static BsonDocument present() {
    BsonDocument present = new BsonDocument();
    EntryImage.MEMBERS.forEach(member -> present.put(member, text("$" + member)));
    BsonDocument history = new BsonDocument();
    SAID.forEach(member -> history.put(member, text("$history." + member)));
    return present.append("recorded", text("$recorded")).append("history", history);
  }

  /** Whether there is an entry: what has no expiry compares as less than any date. */
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

  /** Keeps the value from being read as an expression. */
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
