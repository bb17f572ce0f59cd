package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.StoredDocument.CREATED_AT;
import static dev.kvstore.internal.mongo.StoredDocument.ETAG;
import static dev.kvstore.internal.mongo.StoredDocument.EXPIRES_AT;
import static dev.kvstore.internal.mongo.StoredDocument.UPDATED_AT;
import static dev.kvstore.internal.mongo.StoredDocument.UPDATED_BY;
import static dev.kvstore.internal.mongo.StoredDocument.VALUE;
import static dev.kvstore.internal.mongo.StoredDocument.VERSION;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVOperation;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.mongo.history.RecordedUpdate;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Map;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * The update that one write makes to a document. All attempts have the same etag, which identifies
 * the write afterwards; each attempt has its own time.
 *
 * <p>All times come from the writer's clock. No operator sets {@code createdAt} to the server's
 * time only on insert. If {@code updatedAt} used the server's {@code $currentDate}, the two clocks
 * could disagree, {@code createdAt} would have to be clamped, and it would seem to change with the
 * next write.
 */
final class EntryWrite {
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();
  private static final BsonString UNSET = new BsonString("");
  private static final BsonInt64 ONE = new BsonInt64(1);

  /**
   * The maximum size of a value in a store with a history; the rest of the document must fit, too.
   */
  private static final int MOST_BYTES = 16 * 1024 * 1024 - 16 * 1024;

  private final Write write;
  private final RawValue value;
  private final ObjectId etag;
  private final @Nullable KVOperation operation;
  private volatile boolean keepsReplaced = true;

  /** @param operation the operation to record; null if the store has no history */
  EntryWrite(Write write, @Nullable KVOperation operation) {
    this.write = write;
    this.value = DollarNames.escape(write.value());
    this.etag = write.etag() == null ? new ObjectId() : new ObjectId(write.etag());
    this.operation = operation;
    if (operation != null && value.size() > MOST_BYTES) {
      throw new InvalidInputException(
          ErrorCode.TOO_LARGE,
          "The value of key '" + write.key() + "' is larger than " + MOST_BYTES
              + " bytes, which is the most in a store with a history");
    }
  }

  /** Returns true if the write is recorded in the history. */
  boolean isRecorded() {
    return operation != null;
  }

  /**
   * Omits the replaced state, with which the document would be too large. That state must be
   * recorded already.
   */
  void leaveOutReplaced() {
    keepsReplaced = false;
  }

  boolean keepsReplaced() {
    return keepsReplaced;
  }

  String key() {
    return write.key();
  }

  /** Returns the etag chosen by the caller; null if it was generated and is therefore unique. */
  @Nullable
  String chosenEtag() {
    return write.etag();
  }

  /** Returns true if the document is the result of this write. */
  boolean made(StoredDocument document) {
    return document.etag().equals(etag.toHexString());
  }

  /** Returns true if the document of this write's key is the result of this write. */
  boolean isIn(Map<String, StoredDocument> documents) {
    StoredDocument document = documents.get(write.key());
    return document != null && made(document);
  }

  /** Returns an update that replaces an entry or, as an upsert, creates it. */
  BsonValue replacing(Instant now) {
    return operation == null
        ? replacing(now, write.expiryKept())
            .append("$setOnInsert", new BsonDocument(CREATED_AT, date(now)))
        : recorded(operation, now)
            .put(BsonValues.toBsonValue(value), write.expiry(now), write.expiryKept());
  }

  /**
   * Returns an update that, as an upsert, creates an entry if there is none, and otherwise changes
   * nothing.
   */
  BsonValue creating(Instant now) {
    return operation == null
        ? new BsonDocument("$setOnInsert", fresh(now))
        : recorded(operation, now).create(BsonValues.toBsonValue(value), write.expiry(now));
  }

  /** Returns the whole document of a new entry, without its key. */
  RawBsonDocument fresh(Instant now) {
    BsonDocument members = stamp(now).append(VERSION, ONE).append(CREATED_AT, date(now));
    setOrUnset(members, new BsonDocument(), UPDATED_BY, author());
    setOrUnset(members, new BsonDocument(), EXPIRES_AT, expiresAt(now));
    return withValue(members);
  }

  /**
   * Returns an update that replaces the value and keeps the expiry. Not for a store with a history,
   * where {@link #adding} covers this case.
   */
  BsonDocument keepingExpiry(Instant now) {
    return replacing(now, true);
  }

  private BsonDocument replacing(Instant now, boolean expiryKept) {
    BsonDocument set = stamp(now);
    BsonDocument unset = new BsonDocument();
    setOrUnset(set, unset, UPDATED_BY, author());
    if (!expiryKept) {
      setOrUnset(set, unset, EXPIRES_AT, expiresAt(now));
    }
    return update(withValue(set), unset);
  }

  private RecordedUpdate recorded(KVOperation recorded, Instant now) {
    return new RecordedUpdate(etag, write.cause(), recorded, now, keepsReplaced);
  }

  /**
   * Returns an update that adds to the value or, as an upsert, creates an entry with the number.
   * The summand is an int32 if it fits, because adding an int64 would turn a stored int32 into an
   * int64.
   */
  BsonValue adding(long by, Instant now) {
    if (operation != null) {
      return recorded(operation, now).add(by, write.expiry(now));
    }
    BsonDocument set = stamp(now);
    BsonDocument unset = new BsonDocument();
    setOrUnset(set, unset, UPDATED_BY, author());
    BsonDocument onInsert = new BsonDocument(CREATED_AT, date(now));
    setOrUnset(onInsert, new BsonDocument(), EXPIRES_AT, expiresAt(now));
    BsonDocument update = update(set, unset).append("$setOnInsert", onInsert);
    BsonValue number = by == (int) by ? new BsonInt32((int) by) : new BsonInt64(by);
    update.put("$inc", new BsonDocument(VALUE, number).append(VERSION, ONE));
    return update;
  }

  private BsonDocument stamp(Instant now) {
    return new BsonDocument(ETAG, new BsonObjectId(etag)).append(UPDATED_AT, date(now));
  }

  private static BsonDocument update(BsonDocument set, BsonDocument unset) {
    BsonDocument update = new BsonDocument("$set", set);
    update.put("$inc", new BsonDocument(VERSION, ONE));
    if (!unset.isEmpty()) {
      update.put("$unset", unset);
    }
    return update;
  }

  private static void setOrUnset(
      BsonDocument set, BsonDocument unset, String name, @Nullable BsonValue member) {
    if (member == null) {
      unset.put(name, UNSET);
    } else {
      set.put(name, member);
    }
  }

  private @Nullable BsonValue author() {
    return write.author() == null ? null : new BsonString(write.author());
  }

  private @Nullable BsonValue expiresAt(Instant now) {
    Instant expiry = write.expiry(now);
    return expiry == null ? null : date(expiry);
  }

  private static BsonDateTime date(Instant time) {
    return new BsonDateTime(time.toEpochMilli());
  }

  /**
   * Returns a document of the value and the members. Copies the bytes of the value, so that a large
   * one is not parsed.
   */
  private RawBsonDocument withValue(BsonDocument members) {
    ByteBuffer first = value.document();
    ByteBuffer rest =
        new RawBsonDocument(members, CODEC).getByteBuffer().asNIO().slice();
    int length = first.limit() + rest.limit() - Integer.BYTES - 1;
    ByteBuffer joined = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    joined.putInt(length);
    joined.put(first.slice(Integer.BYTES, first.limit() - Integer.BYTES - 1));
    joined.put(rest.slice(Integer.BYTES, rest.limit() - Integer.BYTES));
    return new RawBsonDocument(joined.array());
  }
}
