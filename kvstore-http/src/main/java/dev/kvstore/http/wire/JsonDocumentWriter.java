package dev.kvstore.http.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * Writes a document as JSON. Times are ISO-8601 in UTC, and values are written by the transcoder.
 */
record JsonDocumentWriter(JsonGenerator json, JsonTranscoder transcoder) implements DocumentWriter {
  @Override
  public void startDocument() throws IOException {
    json.writeStartObject();
  }

  @Override
  public void endDocument() throws IOException {
    json.writeEndObject();
  }

  @Override
  public void startArray() throws IOException {
    json.writeStartArray();
  }

  @Override
  public void endArray() throws IOException {
    json.writeEndArray();
  }

  @Override
  public DocumentWriter name(String name) throws IOException {
    json.writeFieldName(name);
    return this;
  }

  @Override
  public void text(String text) throws IOException {
    json.writeString(text);
  }

  @Override
  public void flag(boolean flag) throws IOException {
    json.writeBoolean(flag);
  }

  @Override
  public void number(long number) throws IOException {
    json.writeNumber(number);
  }

  @Override
  public void time(Instant time) throws IOException {
    json.writeString(time.toString());
  }

  @Override
  public void nothing() throws IOException {
    json.writeNull();
  }

  @Override
  public void value(RawValue value) throws IOException {
    try {
      transcoder.write(value, json);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
