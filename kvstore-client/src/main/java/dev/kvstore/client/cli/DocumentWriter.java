package dev.kvstore.client.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.spi.RawValue;
import java.io.Closeable;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/**
 * Writes what {@link Document} reads, one value after the other. Closing it ends the document, and
 * not what it is written to.
 */
interface DocumentWriter extends Closeable {
  void write(String key, RawValue value) throws IOException;

  static DocumentWriter to(Writer writer, Format format) throws IOException {
    return switch (format) {
      case JSON -> new OfGenerator(Generators.json(writer), writer);
      case YAML -> new OfGenerator(Generators.yaml(writer), writer);
      case PROPERTIES -> new OfProperties(writer);
    };
  }

  /** JSON and YAML. */
  final class OfGenerator implements DocumentWriter {
    private final JsonGenerator out;
    private final Writer writer;

    OfGenerator(JsonGenerator out, Writer writer) throws IOException {
      this.out = out;
      this.writer = writer;
      out.writeStartObject();
    }

    @Override
    public void write(String key, RawValue value) throws IOException {
      out.writeFieldName(key);
      Values.JSON.write(value, out);
    }

    @Override
    public void close() throws IOException {
      out.writeEndObject();
      out.close();
      if (out.getPrettyPrinter() != null) {
        writer.write('\n');
      }
    }
  }

  /** Properties, as the JDK writes and reads them. */
  record OfProperties(Writer writer) implements DocumentWriter {
    @Override
    public void write(String key, RawValue value) throws IOException {
      Properties one = new Properties();
      one.setProperty(key, text(value));
      StringWriter lines = new StringWriter();
      one.store(lines, null);
      // The first line is a comment with the date; and a file is the same wherever it is written.
      String line =
          lines.toString().lines().filter(l -> !l.startsWith("#")).toList().get(0);
      writer.write(line + "\n");
    }

    private static String text(RawValue value) {
      Object stored = Values.toStore(value);
      return stored instanceof String text && isPlain(text) ? text : Values.json(value);
    }

    /** Tells whether the text spells no other value. */
    private static boolean isPlain(String text) {
      try {
        Values.ofJson(text.getBytes(StandardCharsets.UTF_8));
        return false;
      } catch (InvalidInputException e) {
        return e.code() == ErrorCode.INVALID_JSON;
      }
    }

    @Override
    public void close() {}
  }
}
