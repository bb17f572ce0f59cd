package dev.kvstore.internal.mongo.history;

import dev.kvstore.internal.support.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.bson.BsonBinaryReader;
import org.bson.BsonType;
import org.bson.RawBsonDocument;
import org.bson.io.BasicOutputBuffer;

/**
 * A byte-by-byte copy of the members of an entry in a fixed order, so that equal states have equal
 * copies regardless of where they are stored.
 */
public final class EntryImage {
  static final List<String> MEMBERS = List.of(
      "value", "version", "etag", "createdAt", "updatedAt", "updatedBy", "expiresAt", "deleted");

  private static final int DIGEST_BYTES = 12;

  private EntryImage() {}

  /** Returns the entry's document in this state, without the members for the history. */
  public static RawBsonDocument of(String key, RawBsonDocument state) {
    Map<String, ByteBuffer> elements = elements(state);
    try (BasicOutputBuffer out = new BasicOutputBuffer(256)) {
      out.writeInt32(0);
      out.writeByte(BsonType.STRING.getValue());
      out.writeCString("_id");
      out.writeString(key);
      for (String member : MEMBERS) {
        ByteBuffer element = elements.get(member);
        if (element != null) {
          byte[] bytes = new byte[element.remaining()];
          element.get(bytes);
          out.writeBytes(bytes);
        }
      }
      out.writeByte(0);
      out.writeInt32(0, out.getPosition());
      return new RawBsonDocument(out.toByteArray());
    }
  }

  /** Returns a text that uniquely identifies this state of the entry. */
  public static String digest(RawBsonDocument image, long revision) {
    var digest = Sha256.start();
    digest.update(image.getByteBuffer().asNIO());
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(revision).array());
    return HexFormat.of().formatHex(Arrays.copyOf(digest.digest(), DIGEST_BYTES));
  }

  /** Returns the encoded elements, including type and name, by name. */
  private static Map<String, ByteBuffer> elements(RawBsonDocument document) {
    ByteBuffer bytes = document.getByteBuffer().asNIO().slice().order(ByteOrder.LITTLE_ENDIAN);
    Map<String, ByteBuffer> elements = new HashMap<>();
    try (BsonBinaryReader reader = new BsonBinaryReader(bytes.duplicate())) {
      reader.readStartDocument();
      int from = reader.getBsonInput().getPosition();
      while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
        String name = reader.readName();
        reader.skipValue();
        int to = reader.getBsonInput().getPosition();
        elements.put(name, bytes.slice(from, to - from));
        from = to;
      }
      reader.readEndDocument();
    }
    return elements;
  }
}
