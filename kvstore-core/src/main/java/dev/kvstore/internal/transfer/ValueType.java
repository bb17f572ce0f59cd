package dev.kvstore.internal.transfer;

import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.util.Locale;
import org.bson.BsonBinarySubType;
import org.bson.BsonType;

/** The type of a stored value, as the service and {@code kv} name it. */
public enum ValueType {
  NULL,
  BOOLEAN,
  INT32,
  INT64,
  DOUBLE,
  DECIMAL,
  TEXT,
  OBJECT,
  ARRAY,
  DATE,
  BINARY,
  UUID,
  OBJECT_ID("objectId"),
  OTHER;

  private final String text;

  ValueType() {
    this.text = name().toLowerCase(Locale.ROOT);
  }

  ValueType(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }

  public static ValueType of(RawValue value) {
    BsonType type = BsonType.findByValue(value.typeNumber() & 0xFF);
    return type == null
        ? OTHER
        : switch (type) {
          case NULL -> NULL;
          case BOOLEAN -> BOOLEAN;
          case INT32 -> INT32;
          case INT64 -> INT64;
          case DOUBLE -> DOUBLE;
          case DECIMAL128 -> DECIMAL;
          case STRING -> TEXT;
          case DOCUMENT -> OBJECT;
          case ARRAY -> ARRAY;
          case DATE_TIME -> DATE;
          case BINARY -> isUuid(value) ? UUID : BINARY;
          case OBJECT_ID -> OBJECT_ID;
          default -> OTHER;
        };
  }

  private static boolean isUuid(RawValue value) {
    byte subType = BsonValues.toBsonValue(value).asBinary().getType();
    return subType == BsonBinarySubType.UUID_STANDARD.getValue();
  }
}
