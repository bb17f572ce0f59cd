package dev.kvstore.http.wire;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.bson.BsonBinarySubType;
import org.bson.BsonType;

/** An entry with the type and the beginning of its value, which need not fit into an answer. */
public final class EntrySummary {
  /** The most characters of a value that are shown. */
  private static final int MOST = 160;

  private EntrySummary() {}

  public static void write(DocumentWriter out, KVEntry<RawValue> entry) throws IOException {
    KVMetadata metadata = entry.metadata();
    RawValue value = ResponseWriter.present(entry);
    String json = Values.json(value);
    int end = json.codePointCount(0, json.length()) <= MOST
        ? json.length()
        : json.offsetByCodePoints(0, MOST);
    out.startDocument();
    out.name("key").text(metadata.key());
    out.name("type").text(type(value));
    out.name("bytes").number(json.getBytes(StandardCharsets.UTF_8).length);
    out.name("preview").text(json.substring(0, end));
    if (end < json.length()) {
      out.name("cut").flag(true);
    }
    ResponseWriter.writeMetadata(out, metadata);
    out.endDocument();
  }

  private static String type(RawValue value) {
    BsonType type = BsonType.findByValue(value.typeNumber() & 0xFF);
    return type == null
        ? "other"
        : switch (type) {
          case NULL -> "null";
          case BOOLEAN -> "boolean";
          case INT32 -> "int32";
          case INT64 -> "int64";
          case DOUBLE -> "double";
          case DECIMAL128 -> "decimal";
          case STRING -> "text";
          case DOCUMENT -> "object";
          case ARRAY -> "array";
          case DATE_TIME -> "date";
          case BINARY -> isUuid(value) ? "uuid" : "binary";
          case OBJECT_ID -> "objectId";
          default -> "other";
        };
  }

  private static boolean isUuid(RawValue value) {
    byte subType = BsonValues.toBsonValue(value).asBinary().getType();
    return subType == BsonBinarySubType.UUID_STANDARD.getValue();
  }
}
