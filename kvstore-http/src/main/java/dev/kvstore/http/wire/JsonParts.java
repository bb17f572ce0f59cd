package dev.kvstore.http.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kvstore.http.limits.Room;
import dev.kvstore.internal.bson.JsonTranscoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A document of entries as JSON, in parts of some size. There is room for each part, until it is
 * sent. Not thread-safe.
 */
public final class JsonParts implements Sending.Parts {
  /** A part ends with the first entry that makes it this large. */
  private static final int PART_BYTES = 32 * 1024;

  private final EntryDocument document;
  private final Room room;
  private final ChunkedBuffer buffer = new ChunkedBuffer(this::take);
  private final JsonGenerator json;
  private final DocumentWriter out;
  private final Deque<ByteBuffer> made = new ArrayDeque<>();
  private int taken;
  private boolean written;

  public JsonParts(EntryDocument document, JsonTranscoder transcoder, Room room)
      throws IOException {
    this.document = document;
    this.room = room;
    this.json = transcoder.factory().createGenerator(buffer);
    this.out = new JsonDocumentWriter(json, transcoder);
  }

  /** Returns true if there are no more parts than those that are made. */
  public boolean isAll() {
    return written;
  }

  @Override
  public @Nullable ByteBuffer next() throws IOException {
    if (made.isEmpty() && !written) {
      make();
    }
    return made.poll();
  }

  /** Makes the next part in place of the one before, which was sent; returns its content. */
  public ChunkedBuffer make() throws IOException {
    buffer.clear();
    room.giveBack(taken);
    taken = 0;
    while (!written && buffer.getSize() + json.getOutputBuffered() < PART_BYTES) {
      written = !document.writeTo(out);
    }
    if (written) {
      json.writeRaw('\n');
    }
    json.flush();
    document.settle();
    made.addAll(buffer.parts());
    return buffer;
  }

  private void take(int bytes) {
    room.takeSoon(bytes);
    taken += bytes;
  }
}
