package dev.kvstore.internal.transfer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.spi.RawValue;
import java.io.Closeable;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * Writes keys and values in one of the formats without BSON types. Closing it ends the document and
 * does not close the underlying writer.
 */
interface ValueDocumentWriter extends Closeable {
  void write(String key, RawValue value) throws IOException;

  void write(String key, Node value) throws IOException;

  /** Writes the value with its metadata. */
  void write(KVEntry<RawValue> entry) throws IOException;

  /**
   * Returns a writer for this format.
   *
   * @param types how properties will be read
   * @param losses receives a message for each value that will be read back differently
   */
  static ValueDocumentWriter to(
      Writer writer, FileFormat format, Types types, Consumer<String> losses) throws IOException {
    return switch (format) {
      case JSON -> new OfGenerator(Generators.json(writer), writer);
      case YAML -> {
        YamlLibrary.require();
        yield new OfGenerator(Generators.yaml(writer), writer);
      }
      case PROPERTIES -> new OfProperties(new EscapingWriter(writer), types, losses);
      case EXACT -> throw new IllegalArgumentException("The exact format has types");
    };
  }

  /** Writes JSON or YAML. */
  final class OfGenerator implements ValueDocumentWriter {
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
      try {
        Values.JSON.write(value, out);
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }

    @Override
    public void write(String key, Node value) throws IOException {
      out.writeFieldName(key);
      value.writeTo(out);
    }

    @Override
    public void write(KVEntry<RawValue> entry) throws IOException {
      out.writeObjectFieldStart(entry.key());
      try {
        Generators.members(out, entry);
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
      out.writeEndObject();
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

  /** Writes properties in the format of the JDK. */
  record OfProperties(Writer writer, Types types, Consumer<String> losses)
      implements ValueDocumentWriter {
    @Override
    public void write(String key, RawValue value) throws IOException {
      write(key, Values.node(value));
    }

    @Override
    public void write(String key, Node value) throws IOException {
      if (types == Types.TEXT
          && value instanceof Node.Members object
          && object.members().isEmpty()) {
        losses.accept(FileProblems.Path.of(key) + "an empty object has no text and is left out");
        return;
      }
      Properties one = new Properties();
      one.setProperty(key, value instanceof Node.Scalar scalar ? text(key, scalar) : text(value));
      StringWriter lines = new StringWriter();
      one.store(lines, null);
      // Skip the first line, a comment with the date, and use the same line separator on every
      // platform.
      String line =
          lines.toString().lines().filter(l -> !l.startsWith("#")).toList().get(0);
      writer.write(line + "\n");
    }

    @Override
    public void write(KVEntry<RawValue> entry) {
      throw new UnsupportedOperationException("Properties have no place for metadata");
    }

    /**
     * Returns the text of a container; empty for an empty list, which Spring reads as an empty
     * list.
     */
    private String text(Node container) {
      return types == Types.TEXT
              && container instanceof Node.Items array
              && array.items().isEmpty()
          ? ""
          : json(container);
    }

    private String text(String key, Node.Scalar value) {
      if (value.kind() == JsonToken.VALUE_STRING) {
        return isPlain(value.text()) ? value.text() : json(value);
      }
      if (types == Types.TEXT) {
        return value.kind() == JsonToken.VALUE_NULL ? "" : json(value);
      }
      return value.text().indexOf('E') < 0 ? json(value) : withoutExponent(key, value);
    }

    /** Returns true if the text is read back as text. */
    private boolean isPlain(String text) {
      return types == Types.TEXT
          || (!PropertiesNodes.isLikeJson(text)
              && types.read(new Place(1, 1), text).kind() == JsonToken.VALUE_STRING);
    }

    private String withoutExponent(String key, Node.Scalar value) {
      RawValue number = Values.of(value, Values.JSON);
      String digits = new BigDecimal(value.text()).stripTrailingZeros().toPlainString();
      for (String plain : List.of(digits, digits + ".0")) {
        if (isSame(plain, number)) {
          return plain;
        }
      }
      losses.accept(FileProblems.Path.of(key)
          + "a number with an exponent is read back from properties as text; use JSON or YAML to"
          + " keep it");
      return value.text();
    }

    private static boolean isSame(String digits, RawValue number) {
      Node.Scalar read = Types.JSON.read(new Place(1, 1), digits);
      try {
        return read.kind() != JsonToken.VALUE_STRING
            && Values.of(read, Values.JSON).equals(number);
      } catch (InvalidInputException e) {
        return false; // more digits than a number can have
      }
    }

    private static String json(Node value) {
      return Generators.text(Generators::line, value::writeTo);
    }

    @Override
    public void close() {}
  }
}
