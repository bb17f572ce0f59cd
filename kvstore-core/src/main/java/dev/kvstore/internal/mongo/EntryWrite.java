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
 * What one write puts into a document. Every attempt of it has the same etag, by which the write is
 * known afterwards, and a time of its own.
 *
 * <p>All times are the writer's. With the server's {@code $currentDate} in {@code updatedAt} and
 * the writer's clock in {@code createdAt}, which no operator can take from the server for an insert
 * alone, {@code createdAt} would have to be shown clamped and would seem to move with the next
 * write.
 */
final class EntryWrite {
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();
  private static final BsonString UNSET = new BsonString("");
  private static final BsonInt64 ONE = new BsonInt64(1);

  /** What a document may have beside the value, once all of it is recorded. */
  private static final int MOST_BYTES = 16 * 1024 * 1024 - 16 * 1024;

  private final Write write;
  private final RawValue value;
  private final ObjectId etag;
  private final @Nullable KVOperation operation;
  private volatile boolean keepsReplaced = true;

  /** @param operation what to record; null if the store has no history */
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

  /** Returns whether the history of the store is written by this. */
  boolean isRecorded() {
    return operation != null;
  }

  /** Leaves out what is replaced, which is recorded, as the document would be too large with it. */
  void leaveOutReplaced() {
    keepsReplaced = false;
  }

  boolean keepsReplaced() {
    return keepsReplaced;
  }

  String key() {
    return write.key();
  }

  /** Returns the etag that the caller chose; null where it is one of ours, which is unique. */
  @Nullable
  String chosenEtag() {
    return write.etag();
  }

  /** Returns whether it was this write that made the document what it is. */
  boolean made(StoredDocument document) {
    return document.etag().equals(etag.toHexString());
  }

  /** As {@link #made}, for one of many documents by key. */
  boolean isIn(Map<String, StoredDocument> documents) {
    StoredDocument document = documents.get(write.key());
    return document != null && made(document);
  }

  /** Writes over an entry, or makes one where this is an upsert. */
  BsonValue replacing(Instant now) {
    return operation == null
        ? replacing(now, write.expiryKept())
            .append("$setOnInsert", new BsonDocument(CREATED_AT, date(now)))
        : recorded(operation, now)
            .put(BsonValues.toBsonValue(value), write.expiry(now), write.expiryKept());
  }

  /** Makes an entry where this is an upsert that finds none, and else changes nothing. */
  BsonValue creating(Instant now) {
    return operation == null
        ? new BsonDocument("$setOnInsert", fresh(now))
        : recorded(operation, now).create(BsonValues.toBsonValue(value), write.expiry(now));
  }

  /** The whole document of a new entry, without its key. */
  RawBsonDocument fresh(Instant now) {
    BsonDocument members = stamp(now).append(VERSION, ONE).append(CREATED_AT, date(now));
    setOrUnset(members, new BsonDocument(), UPDATED_BY, author());
    setOrUnset(members, new BsonDocument(), EXPIRES_AT, expiresAt(now));
    return withValue(members);
  }

  /**
   * Writes over the value, and leaves the expiry of an entry that has one as it is. Not for a store
   * with a history, where {@link #adding} does all.
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
   * Adds to the value, or makes an entry of the number where this is an upsert. An int64 that need
   * not be one would make an int64 of an int32.
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

  /** Puts the value before the members, byte by byte: a large one is not taken apart for it. */
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
