package dev.kvstore.client.internal.lastknowngood;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.support.Sha256;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bson.BsonArray;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/**
 * The format of a copy: a magic number, the format version, the SHA-256 of the rest, and then
 * consecutive BSON documents. The first one identifies the store and has the number of entries; two
 * follow for each entry, its metadata and its value.
 */
final class LastKnownGoodFormat {
  private static final byte[] MARK = "KVSNAP".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] VERSION = {0, 1};
  private static final int CONTENT_OFFSET = MARK.length + VERSION.length + 32;

  /** The limits of any value, regardless of its source. */
  private static final ValueLimits LIMITS = new ValueLimits(15 * 1024 * 1024, 150);

  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  private LastKnownGoodFormat() {}

  /** Thrown if the bytes are not a complete copy. */
  static final class DamagedException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedException(String message) {
      super(message);
    }
  }

  static byte[] write(LastKnownGoodCopy copy) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(bytes(new BsonDocument()
        .append(
            "services",
            new BsonArray(copy.services().stream().map(BsonString::new).toList()))
        .append("store", new BsonString(copy.store()))
        .append("savedAt", date(copy.savedAt()))
        .append("entries", new BsonInt32(copy.entries().size()))));
    for (KVEntry<RawValue> entry : copy.entries()) {
      content.writeBytes(bytes(metadata(entry.metadata())));
      content.writeBytes(Objects.requireNonNull(entry.value()).toByteArray());
    }
    byte[] body = content.toByteArray();
    return ByteBuffer.allocate(CONTENT_OFFSET + body.length)
        .put(MARK)
        .put(VERSION)
        .put(Sha256.of(body))
        .put(body)
        .array();
  }

  static LastKnownGoodCopy read(byte[] bytes) throws DamagedException {
    byte[] head = Arrays.copyOf(bytes, MARK.length + VERSION.length);
    if (bytes.length < CONTENT_OFFSET || !startsWith(head, MARK)) {
      throw new DamagedException("it is no such file, or was cut off");
    }
    if (!Arrays.equals(head, MARK.length, head.length, VERSION, 0, VERSION.length)) {
      throw new DamagedException("it has a format that this version does not know");
    }
    byte[] sum = Arrays.copyOfRange(bytes, head.length, CONTENT_OFFSET);
    byte[] content = Arrays.copyOfRange(bytes, CONTENT_OFFSET, bytes.length);
    if (!MessageDigest.isEqual(sum, Sha256.of(content))) {
      throw new DamagedException("its checksum does not fit its content");
    }
    try {
      return parse(ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN));
    } catch (RuntimeException | StackOverflowError e) {
      // Only the class: a message could quote a value.
      throw new DamagedException(
          "its content is not as it should be: " + e.getClass().getName());
    }
  }

  private static LastKnownGoodCopy parse(ByteBuffer content) {
    BsonDocument about = document(next(content));
    int count = about.getInt32("entries").getValue();
    List<KVEntry<RawValue>> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      KVMetadata metadata = metadata(document(next(content)));
      entries.add(KVEntry.of(BsonValues.checked(next(content), LIMITS), metadata));
    }
    if (content.hasRemaining()) {
      throw new IllegalArgumentException("Something follows");
    }
    return new LastKnownGoodCopy(
        about.getArray("services").stream()
            .map(service -> service.asString().getValue())
            .toList(),
        about.getString("store").getValue(),
        instant(about.getDateTime("savedAt")),
        entries);
  }

  private static byte[] next(ByteBuffer content) {
    int length = content.getInt(content.position());
    if (length > content.remaining()) {
      throw new IllegalArgumentException("A document is longer than what is left");
    }
    byte[] document = new byte[length];
    content.get(document);
    return document;
  }

  private static BsonDocument metadata(KVMetadata metadata) {
    BsonDocument document = new BsonDocument()
        .append("key", new BsonString(metadata.key()))
        .append("version", new BsonInt64(metadata.version()))
        .append("etag", new BsonString(metadata.etag()))
        .append("createdAt", date(metadata.createdAt()))
        .append("updatedAt", date(metadata.updatedAt()));
    metadata.updatedBy().ifPresent(by -> document.append("updatedBy", new BsonString(by)));
    metadata.expiresAt().ifPresent(expiry -> document.append("expiresAt", date(expiry)));
    return document;
  }

  private static KVMetadata metadata(BsonDocument document) {
    return KVMetadata.of(
        document.getString("key").getValue(),
        document.getInt64("version").getValue(),
        document.getString("etag").getValue(),
        instant(document.getDateTime("createdAt")),
        instant(document.getDateTime("updatedAt")),
        document.containsKey("updatedBy") ? document.getString("updatedBy").getValue() : null,
        document.containsKey("expiresAt") ? instant(document.getDateTime("expiresAt")) : null);
  }

  private static byte[] bytes(BsonDocument document) {
    RawBsonDocument raw = new RawBsonDocument(document, CODEC);
    byte[] bytes = new byte[raw.getByteBuffer().remaining()];
    raw.getByteBuffer().get(bytes);
    return bytes;
  }

  private static BsonDocument document(byte[] bytes) {
    return new RawBsonDocument(bytes).decode(CODEC);
  }

  private static BsonDateTime date(Instant time) {
    return new BsonDateTime(time.toEpochMilli());
  }

  private static Instant instant(BsonDateTime time) {
    return Instant.ofEpochMilli(time.getValue());
  }

  private static boolean startsWith(byte[] bytes, byte[] start) {
    return Arrays.equals(bytes, 0, start.length, start, 0, start.length);
  }
}
