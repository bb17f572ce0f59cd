package dev.kvstore.http.wire;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.spi.RawValue;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bson.BsonType;
import org.jspecify.annotations.Nullable;

/**
 * Writes a BSON document, copying values without decoding them. The whole document is in memory,
 * because its length comes first. Throws {@link ProblemException} if it is too large or there is
 * not enough memory.
 */
final class BsonDocumentWriter implements DocumentWriter {
  /** The offset of a value in its own document: after the length, type and name. */
  private static final int VALUE_OFFSET = 4 + 1 + 6;

  private final ChunkedBuffer out;
  private final Deque<Container> open = new ArrayDeque<>();
  private final int maxBytes;
  private @Nullable String name;

  BsonDocumentWriter(ChunkedBuffer out, int maxBytes) {
    this.out = out;
    this.maxBytes = maxBytes;
  }

  @Override
  public void startDocument() {
    start(BsonType.DOCUMENT, false);
  }

  @Override
  public void endDocument() {
    end();
  }

  @Override
  public void startArray() {
    start(BsonType.ARRAY, true);
  }

  @Override
  public void endArray() {
    end();
  }

  @Override
  public DocumentWriter name(String newName) {
    name = newName;
    return this;
  }

  @Override
  public void text(String text) {
    header(BsonType.STRING.getValue());
    out.writeString(text);
  }

  @Override
  public void flag(boolean flag) {
    header(BsonType.BOOLEAN.getValue());
    out.writeByte(flag ? 1 : 0);
  }

  @Override
  public void number(long number) {
    header(BsonType.INT64.getValue());
    out.writeInt64(number);
  }

  @Override
  public void time(Instant time) {
    header(BsonType.DATE_TIME.getValue());
    out.writeInt64(time.toEpochMilli());
  }

  @Override
  public void nothing() {
    header(BsonType.NULL.getValue());
  }

  @Override
  public void value(RawValue value) {
    if (out.getPosition() + value.size() > maxBytes) {
      throw new ProblemException(
          ErrorKind.TOO_LARGE,
          "The answer is larger than " + maxBytes
              + " bytes, the most in BSON; ask for fewer keys, or for JSON, which is streamed");
    }
    header(value.typeNumber());
    ByteBuffer document = value.document();
    out.write(document.position(VALUE_OFFSET).limit(document.limit() - 1));
  }

  private void start(BsonType type, boolean array) {
    if (!open.isEmpty()) {
      header(type.getValue());
    }
    open.push(new Container(out.getPosition(), array));
    out.writeInt32(0);
  }

  private void end() {
    out.writeByte(0);
    Container container = open.pop();
    out.setInt32(container.start, out.getPosition() - container.start);
  }

  private void header(int type) {
    Container container = open.element();
    String memberName = container.array ? Integer.toString(container.count++) : name;
    if (memberName == null) {
      throw new IllegalStateException("A member without a name");
    }
    out.writeByte(type);
    out.writeCString(memberName);
    name = null;
  }

  private static final class Container {
    private final int start;
    private final boolean array;
    private int count;

    private Container(int start, boolean array) {
      this.start = start;
      this.array = array;
    }
  }
}
