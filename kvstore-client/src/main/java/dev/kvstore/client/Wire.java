package dev.kvstore.client;

import dev.kvstore.spi.RawValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.bson.BsonBinaryWriter;
import org.bson.io.BasicOutputBuffer;

/** Bodies of requests, in BSON. */
final class Wire {
  /** A document's length, the value's type and the name "value" with its end. */
  private static final int VALUE_OFFSET = 4 + 1 + 6;

  private Wire() {}

  /** Returns {@code {by: …}}. */
  static byte[] by(long by) {
    try (BasicOutputBuffer out = new BasicOutputBuffer();
        BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
      writer.writeStartDocument();
      writer.writeInt64("by", by);
      writer.writeEndDocument();
      return out.toByteArray();
    }
  }

  /** Returns how many bytes a value takes in {@link #values}. */
  static int sizeOf(String key, RawValue value) {
    return 1 + key.getBytes(StandardCharsets.UTF_8).length + 1 + value.size();
  }

  /** Returns a document with a member for each key. */
  static byte[] values(Collection<Map.Entry<String, RawValue>> values) {
    int size = 4 + 1;
    for (Map.Entry<String, RawValue> value : values) {
      size = Math.addExact(size, sizeOf(value.getKey(), value.getValue()));
    }
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).putInt(size);
    for (Map.Entry<String, RawValue> member : values) {
      RawValue value = member.getValue();
      out.put(value.typeNumber())
          .put(member.getKey().getBytes(StandardCharsets.UTF_8))
          .put((byte) 0)
          .put(value.document().position(VALUE_OFFSET).limit(VALUE_OFFSET + value.size()));
    }
    return out.put((byte) 0).array();
  }

  /** Returns the value of that type whose bytes are in a document, from one index up to another. */
  static RawValue value(byte type, byte[] document, int from, int to) {
    int size = VALUE_OFFSET + (to - from) + 1;
    ByteBuffer value = ByteBuffer.allocate(size)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(size)
        .put(type)
        .put(new byte[] {'v', 'a', 'l', 'u', 'e', 0})
        .put(document, from, to - from)
        .put((byte) 0);
    return RawValue.ofDocument(value.array());
  }
}
