package dev.kvstore.internal.mongo;

import dev.kvstore.spi.RawValue;
import java.nio.ByteBuffer;
import org.bson.BsonType;
import org.bson.io.BasicOutputBuffer;

/**
 * Escapes member names that begin with {@code $}, which MongoDB 4.4 refuses at any depth of an
 * update and newer servers treat differently. Such a name is stored with a fullwidth dollar sign,
 * U+FF04, in front, and so is a name that begins with that sign itself; reading removes one such
 * sign. All other names are stored unchanged, so that they look familiar in the shell.
 */
final class DollarNames {
  private static final byte DOLLAR = '$';

  /** U+FF04 in UTF-8. */
  private static final byte[] ESCAPE = {(byte) 0xEF, (byte) 0xBC, (byte) 0x84};

  private DollarNames() {}

  /**
   * Returns the value with escaped names, for MongoDB; the same object if no name needs escaping.
   */
  static RawValue escape(RawValue value) {
    return rename(value, true);
  }

  /**
   * Returns the value with unescaped names, for the application; the same object if no name is
   * escaped.
   */
  static RawValue unescape(RawValue value) {
    return rename(value, false);
  }

  private static RawValue rename(RawValue value, boolean escaping) {
    if (!isContainer(value.typeNumber())) {
      return value;
    }
    ByteBuffer in = value.document();
    if (!anyToRename(in, 0, false, escaping)) {
      return value;
    }
    try (BasicOutputBuffer out = new BasicOutputBuffer(in.limit() + 64)) {
      copy(in, 0, false, escaping, out);
      return RawValue.ofDocument(out.toByteArray());
    }
  }

  /**
   * Returns true if any name in the document that begins at this index must be changed, at any
   * depth.
   */
  private static boolean anyToRename(ByteBuffer in, int start, boolean array, boolean escaping) {
    int at = start + Integer.BYTES;
    for (byte type = in.get(at); type != 0; type = in.get(at)) {
      int name = at + 1;
      if (!array && isToRename(in, name, escaping)) {
        return true;
      }
      int value = afterCString(in, name);
      if (isContainer(type) && anyToRename(in, value, isArray(type), escaping)) {
        return true;
      }
      at = afterValue(in, type, value);
    }
    return false;
  }

  private static void copy(
      ByteBuffer in, int start, boolean array, boolean escaping, BasicOutputBuffer out) {
    int lengthAt = out.getPosition();
    out.writeInt32(0);
    int at = start + Integer.BYTES;
    for (byte type = in.get(at); type != 0; type = in.get(at)) {
      out.writeByte(type);
      int name = at + 1;
      int value = afterCString(in, name);
      if (array || !isToRename(in, name, escaping)) {
        copyBytes(in, name, value, out);
      } else if (escaping) {
        out.writeBytes(ESCAPE);
        copyBytes(in, name, value, out);
      } else {
        copyBytes(in, name + ESCAPE.length, value, out);
      }
      at = afterValue(in, type, value);
      if (isContainer(type)) {
        copy(in, value, isArray(type), escaping, out);
      } else {
        copyBytes(in, value, at, out);
      }
    }
    out.writeByte(0);
    out.writeInt32(lengthAt, out.getPosition() - lengthAt);
  }

  private static boolean isToRename(ByteBuffer in, int name, boolean escaping) {
    return (escaping && in.get(name) == DOLLAR)
        || (in.get(name) == ESCAPE[0]
            && in.get(name + 1) == ESCAPE[1]
            && in.get(name + 2) == ESCAPE[2]);
  }

  private static void copyBytes(ByteBuffer in, int from, int to, BasicOutputBuffer out) {
    byte[] bytes = new byte[to - from];
    in.get(from, bytes);
    out.writeBytes(bytes);
  }

  private static boolean isContainer(byte type) {
    return type == BsonType.DOCUMENT.getValue() || isArray(type);
  }

  private static boolean isArray(byte type) {
    return type == BsonType.ARRAY.getValue();
  }

  private static int afterCString(ByteBuffer in, int start) {
    int at = start;
    while (in.get(at) != 0) {
      at++;
    }
    return at + 1;
  }

  /** Returns the end of the value that begins at this index; see bsonspec.org for the sizes. */
  private static int afterValue(ByteBuffer in, byte typeNumber, int at) {
    BsonType type = BsonType.findByValue(typeNumber & 0xFF);
    if (type == null) {
      throw new IllegalArgumentException("Unknown BSON type " + typeNumber);
    }
    return switch (type) {
      case END_OF_DOCUMENT, UNDEFINED, NULL, MIN_KEY, MAX_KEY -> at;
      case BOOLEAN -> at + 1;
      case INT32 -> at + 4;
      case DOUBLE, DATE_TIME, TIMESTAMP, INT64 -> at + 8;
      case OBJECT_ID -> at + 12;
      case DECIMAL128 -> at + 16;
      case STRING, JAVASCRIPT, SYMBOL -> at + 4 + in.getInt(at);
      case BINARY -> at + 5 + in.getInt(at);
      case DB_POINTER -> at + 4 + in.getInt(at) + 12;
      case DOCUMENT, ARRAY, JAVASCRIPT_WITH_SCOPE -> at + in.getInt(at);
      case REGULAR_EXPRESSION -> afterCString(in, afterCString(in, at));
    };
  }
}
