package dev.kvstore.http.wire;

import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.time.Instant;

/** Writes an answer's document, member by member, in one of the formats. */
public interface DocumentWriter {
  void startDocument() throws IOException;

  void endDocument() throws IOException;

  void startArray() throws IOException;

  void endArray() throws IOException;

  /** Names what is written next, except in arrays, and returns this writer. */
  DocumentWriter name(String name) throws IOException;

  void text(String text) throws IOException;

  void flag(boolean flag) throws IOException;

  void number(long number) throws IOException;

  void time(Instant time) throws IOException;

  void nothing() throws IOException;

  void value(RawValue value) throws IOException;
}
