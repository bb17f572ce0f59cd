package dev.kvstore.internal.mongo;

import dev.kvstore.spi.RawValue;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

/** Raw values for tests. */
public final class RawValues {
  private RawValues() {}

  static RawValue raw(BsonValue value) {
    RawBsonDocument document =
        new RawBsonDocument(new BsonDocument("value", value), new BsonDocumentCodec());
    byte[] bytes = new byte[document.getByteBuffer().remaining()];
    document.getByteBuffer().get(bytes);
    return RawValue.ofDocument(bytes);
  }

  public static RawValue text(String text) {
    return raw(new BsonString(text));
  }

  static RawValue int32(int number) {
    return raw(new BsonInt32(number));
  }

  static RawValue int64(long number) {
    return raw(new BsonInt64(number));
  }

  /** Returns the member {@code value} of a document in MongoDB's Extended JSON. */
  static RawValue json(String value) {
    return raw(
        Objects.requireNonNull(BsonDocument.parse("{\"value\": " + value + "}").get("value")));
  }

  static BsonValue bson(@Nullable RawValue value) {
    byte[] document = Objects.requireNonNull(value).toByteArray();
    BsonDocument decoded = new RawBsonDocument(document).decode(new BsonDocumentCodec());
    return Objects.requireNonNull(decoded.get("value"));
  }
}
