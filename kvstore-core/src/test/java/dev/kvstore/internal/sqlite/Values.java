package dev.kvstore.internal.sqlite;

import dev.kvstore.spi.RawValue;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/** Converts to and from raw values, for tests. */
final class Values {
  private Values() {}

  static RawValue text(String text) {
    return of(new BsonString(text));
  }

  static RawValue int32(int number) {
    return of(new BsonInt32(number));
  }

  static RawValue int64(long number) {
    return of(new BsonInt64(number));
  }

  static RawValue bytes(int size) {
    return of(new BsonBinary(new byte[size]));
  }

  private static RawValue of(BsonValue value) {
    var buffer = new RawBsonDocument(new BsonDocument("value", value), new BsonDocumentCodec())
        .getByteBuffer();
    byte[] document = new byte[buffer.remaining()];
    buffer.get(document);
    return RawValue.ofDocument(document);
  }
}
