package dev.kvstore.http.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kvstore.http.limits.Room;
import dev.kvstore.internal.bson.JsonTranscoder;
import java.io.IOException;

/** A document of entries as JSON. */
public final class JsonParts extends EntryParts {
  private final EntryDocument document;
  private final JsonGenerator json;
  private final DocumentWriter out;

  public JsonParts(EntryDocument document, JsonTranscoder transcoder, Room room)
      throws IOException {
    super(room);
    this.document = document;
    this.json = transcoder.factory().createGenerator(buffer);
    this.out = new JsonDocumentWriter(json, transcoder);
  }

  @Override
  protected boolean writeNext() throws IOException {
    if (document.writeTo(out)) {
      return true;
    }
    json.writeRaw('\n');
    return false;
  }

  @Override
  protected int pending() {
    return json.getOutputBuffered();
  }

  @Override
  protected void flush() throws IOException {
    json.flush();
    document.settle();
  }
}
