package dev.kvstore.http.wire;

import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** Writes the document of a response, member by member, in one of the formats. */
public interface DocumentWriter {
  void startDocument() throws IOException;

  void endDocument() throws IOException;

  void startArray() throws IOException;

  void endArray() throws IOException;

  /** Sets the name of the next member, except in arrays, and returns this writer. */
  DocumentWriter name(String name) throws IOException;

  void text(String text) throws IOException;

  void flag(boolean flag) throws IOException;

  void number(long number) throws IOException;

  void time(Instant time) throws IOException;

  void nothing() throws IOException;

  void value(RawValue value) throws IOException;

  /** Writes the text, or null if there is none. */
  default void textOrNothing(Optional<String> text) throws IOException {
    if (text.isPresent()) {
      text(text.get());
    } else {
      nothing();
    }
  }

  /** Writes the time, or null if there is none. */
  default void timeOrNothing(Optional<Instant> time) throws IOException {
    if (time.isPresent()) {
      time(time.get());
    } else {
      nothing();
    }
  }
}
