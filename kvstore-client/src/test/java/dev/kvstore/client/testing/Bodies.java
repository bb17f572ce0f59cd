package dev.kvstore.client.testing;

import dev.kvstore.spi.RawValue;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/** BSON bodies as a service writes and reads them. */
public final class Bodies {
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  private Bodies() {}

  public static byte[] bytes(BsonDocument document) {
    try (BasicOutputBuffer out = new BasicOutputBuffer();
        BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
      CODEC.encode(writer, document, EncoderContext.builder().build());
      return out.toByteArray();
    }
  }

  public static BsonDocument parse(byte[] bytes) {
    try (BsonBinaryReader reader = new BsonBinaryReader(ByteBuffer.wrap(bytes))) {
      return CODEC.decode(reader, DecoderContext.builder().build());
    }
  }

  public static RawValue value(BsonValue value) {
    return RawValue.ofDocument(bytes(new BsonDocument("value", value)));
  }

  static BsonValue valueIn(RawValue value) {
    return Objects.requireNonNull(parse(value.toByteArray()).get("value"));
  }

  /** Returns an entry without a value, of version 7 and with etag "e7". */
  public static BsonDocument metadata(String key) {
    return new BsonDocument("key", new BsonString(key))
        .append("version", new BsonInt64(7))
        .append("etag", new BsonString("e7"))
        .append("createdAt", new BsonDateTime(1000))
        .append("updatedAt", new BsonDateTime(2000))
        .append("updatedBy", new BsonString("alice"))
        .append("expiresAt", new BsonDateTime(3000));
  }

  public static BsonDocument entry(String key, BsonValue value) {
    return metadata(key).append("value", value);
  }
}
