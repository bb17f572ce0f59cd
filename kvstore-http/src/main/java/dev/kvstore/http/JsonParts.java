package dev.kvstore.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kvstore.bson.JsonTranscoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A document of entries as JSON, in parts of some size. Not thread-safe. */
final class JsonParts implements Sending.Parts {
  /** A part ends with the first entry that makes it this large. */
  private static final int PART_BYTES = 32 * 1024;

  private final EntryDocument document;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
  private final JsonGenerator json;
  private final DocumentWriter out;
  private @Nullable ByteBuffer first;
  private boolean written;

  JsonParts(EntryDocument document, JsonTranscoder transcoder) throws IOException {
    this.document = document;
    this.json = transcoder.factory().createGenerator(bytes);
    this.out = new JsonDocumentWriter(json, transcoder);
  }

  /** Returns true if there are no more parts. */
  boolean isAll() {
    return written;
  }

  /** Puts back the part that was taken. */
  JsonParts startingWith(ByteBuffer part) {
    first = part;
    return this;
  }

  @Override
  public @Nullable ByteBuffer next() throws IOException {
    if (first != null) {
      ByteBuffer part = first;
      first = null;
      return part;
    }
    if (written) {
      return null;
    }
    bytes.reset();
    while (!written && bytes.size() + json.getOutputBuffered() < PART_BYTES) {
      written = !document.writeTo(out);
    }
    if (written) {
      json.writeRaw('\n');
    }
    json.flush();
    return ByteBuffer.wrap(bytes.toByteArray());
  }
}
