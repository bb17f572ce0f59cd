package dev.kvstore.internal.mongo;

import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.Names;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Objects;
import org.bson.BsonBinaryReader;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonReader;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.RawBsonDocument;
import org.bson.io.BsonInput;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * A document of a store, read in one pass. People edit these documents in the shell, so unexpected
 * members are tolerated:
 *
 * <ul>
 *   <li>a document whose {@code _id} is not a valid key is not an entry;
 *   <li>a missing {@code value} reads as null;
 *   <li>a {@code version} that is missing or not a whole number reads as 0;
 *   <li>an {@code etag} that is missing or not an ObjectId reads as {@link #NO_ETAG};
 *   <li>a missing time reads as the other time, or as 1970;
 *   <li>an {@code expiresAt} that is not a date is ignored.
 * </ul>
 *
 * @param storedValue the value with its names escaped; a null if it was not requested
 */
record StoredDocument(RawValue storedValue, KVMetadata metadata) {
  static final String KEY = "_id";
  static final String VALUE = "value";
  static final String VERSION = "version";
  static final String ETAG = "etag";
  static final String CREATED_AT = "createdAt";
  static final String UPDATED_AT = "updatedAt";
  static final String UPDATED_BY = "updatedBy";
  static final String EXPIRES_AT = "expiresAt";

  /** The etag of a document that has none, for example one created in the shell. */
  static final String NO_ETAG = new ObjectId(new byte[12]).toHexString();

  private static final RawValue NULL = BsonValues.ofBsonValue(BsonNull.VALUE);

  private static StoredDocument of(Members members, String key) {
    Instant created = members.createdAt;
    Instant updated = members.updatedAt;
    Instant either = created != null ? created : updated != null ? updated : Instant.EPOCH;
    KVMetadata metadata = KVMetadata.of(
        key,
        members.version,
        members.etag == null ? NO_ETAG : members.etag,
        either,
        updated == null ? either : updated,
        members.updatedBy,
        members.expiresAt);
    return new StoredDocument(members.value == null ? NULL : members.value, metadata);
  }

  /** Returns the document of an entry with its value. */
  static BsonDocument document(KVEntry<RawValue> entry) {
    KVMetadata metadata = entry.metadata();
    RawValue value = DollarNames.escape(Objects.requireNonNull(entry.value()));
    BsonDocument document = EntryFilter.key(entry.key())
        .append(VALUE, BsonValues.toBsonValue(value))
        .append(VERSION, new BsonInt64(metadata.version()));
    if (!metadata.etag().equals(NO_ETAG)) {
      document.put(ETAG, new BsonObjectId(new ObjectId(metadata.etag())));
    }
    document.put(CREATED_AT, new BsonDateTime(metadata.createdAt().toEpochMilli()));
    document.put(UPDATED_AT, new BsonDateTime(metadata.updatedAt().toEpochMilli()));
    metadata.updatedBy().ifPresent(author -> document.put(UPDATED_BY, new BsonString(author)));
    metadata
        .expiresAt()
        .ifPresent(expiry -> document.put(EXPIRES_AT, new BsonDateTime(expiry.toEpochMilli())));
    return document;
  }

  /** Returns the document; null if it is not an entry. */
  static @Nullable StoredDocument of(RawBsonDocument document) {
    Members members = new Members(document);
    return members.key != null && isKey(members.key) ? of(members, members.key) : null;
  }

  /** Returns true if the {@code _id} is a valid key. */
  static boolean isKey(String id) {
    try {
      Names.checkKey(id);
      return true;
    } catch (InvalidInputException e) {
      return false;
    }
  }

  String key() {
    return metadata.key();
  }

  String etag() {
    return metadata.etag();
  }

  long version() {
    return metadata.version();
  }

  KVEntry<RawValue> entry() {
    return KVEntry.of(DollarNames.unescape(storedValue), metadata);
  }

  boolean isLiveAt(Instant now) {
    return !metadata.isExpiredAt(now);
  }

  private static final class Members {
    private @Nullable String key;
    private @Nullable RawValue value;
    private long version;
    private @Nullable String etag;
    private @Nullable Instant createdAt;
    private @Nullable Instant updatedAt;
    private @Nullable String updatedBy;
    private @Nullable Instant expiresAt;

    Members(RawBsonDocument document) {
      ByteBuffer bytes = document.getByteBuffer().asNIO().slice();
      try (BsonBinaryReader reader = new BsonBinaryReader(bytes.duplicate())) {
        reader.readStartDocument();
        while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
          read(reader, reader.readName(), bytes);
        }
        reader.readEndDocument();
      }
    }

    private void read(BsonBinaryReader reader, String name, ByteBuffer bytes) {
      switch (name) {
        case KEY -> key = text(reader);
        case VALUE -> value = value(reader, bytes);
        case VERSION -> version = wholeNumber(reader);
        case ETAG -> etag = objectId(reader);
        case CREATED_AT -> createdAt = time(reader);
        case UPDATED_AT -> updatedAt = time(reader);
        case UPDATED_BY -> updatedBy = text(reader);
        case EXPIRES_AT -> expiresAt = time(reader);
        default -> reader.skipValue();
      }
    }

    private static RawValue value(BsonBinaryReader reader, ByteBuffer bytes) {
      BsonType type = reader.getCurrentBsonType();
      BsonInput input = reader.getBsonInput();
      int from = input.getPosition();
      reader.skipValue();
      byte[] value = new byte[input.getPosition() - from];
      bytes.get(from, value);
      return BsonValues.ofElement(type, value);
    }

    private static @Nullable String text(BsonReader reader) {
      return isNext(reader, BsonType.STRING) ? reader.readString() : null;
    }

    private static @Nullable String objectId(BsonReader reader) {
      return isNext(reader, BsonType.OBJECT_ID) ? reader.readObjectId().toHexString() : null;
    }

    private static @Nullable Instant time(BsonReader reader) {
      return isNext(reader, BsonType.DATE_TIME)
          ? Instant.ofEpochMilli(reader.readDateTime())
          : null;
    }

    /** Reads a whole number, which the shell may have written as a double. */
    private static long wholeNumber(BsonReader reader) {
      return switch (reader.getCurrentBsonType()) {
        case INT32 -> reader.readInt32();
        case INT64 -> reader.readInt64();
        case DOUBLE -> (long) reader.readDouble();
        default -> {
          reader.skipValue();
          yield 0;
        }
      };
    }

    private static boolean isNext(BsonReader reader, BsonType type) {
      if (reader.getCurrentBsonType() == type) {
        return true;
      }
      reader.skipValue();
      return false;
    }
  }
}
