package dev.kvstore.internal.transfer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.internal.support.Texts;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Creates generators for JSON and YAML. They flush but do not close the writer. */
public final class Generators {
  private Generators() {}

  /** Creates a generator for a writer. */
  public interface Maker {
    JsonGenerator to(Writer writer) throws IOException;
  }

  /** Writes one document. */
  public interface Content {
    void to(JsonGenerator out) throws IOException;
  }

  /** Returns a generator for JSON without line breaks. */
  public static JsonGenerator line(Writer writer) throws IOException {
    return configured(Values.JSON.factory().createGenerator(writer))
        .setCharacterEscapes(new Escapes());
  }

  /** Returns a generator for pretty-printed JSON. */
  public static JsonGenerator json(Writer writer) throws IOException {
    DefaultIndenter indent = new DefaultIndenter("  ", "\n");
    Separators separators =
        Separators.createDefaultInstance().withObjectFieldValueSpacing(Spacing.AFTER);
    return line(writer)
        .setPrettyPrinter(new DefaultPrettyPrinter(separators)
            .withObjectIndenter(indent)
            .withArrayIndenter(indent));
  }

  public static JsonGenerator yaml(Writer writer) throws IOException {
    return configured(YamlOutput.to(writer));
  }

  private static JsonGenerator configured(JsonGenerator generator) {
    return generator
        .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
        .disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
  }

  /** Returns the document as text, without a trailing line break. */
  public static String text(Maker maker, Content content) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = maker.to(text)) {
      content.to(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString().stripTrailing();
  }

  /** Writes an entry in the format of the service. */
  public static void entry(JsonGenerator out, KVEntry<RawValue> entry) throws IOException {
    out.writeStartObject();
    out.writeStringField("key", entry.key());
    members(out, entry);
    out.writeEndObject();
  }

  /** Writes the value and metadata of an entry in the format of the service, without its key. */
  static void members(JsonGenerator out, KVEntry<RawValue> entry) throws IOException {
    KVMetadata metadata = entry.metadata();
    out.writeFieldName("value");
    Values.JSON.write(Values.of(entry), out);
    out.writeNumberField("version", metadata.version());
    out.writeStringField("etag", metadata.etag());
    instant(out, "createdAt", metadata.createdAt());
    instant(out, "updatedAt", metadata.updatedAt());
    out.writeFieldName("updatedBy");
    out.writeString(metadata.updatedBy().orElse(null));
    instant(out, "expiresAt", metadata.expiresAt().orElse(null));
  }

  private static void instant(JsonGenerator out, String name, @Nullable Instant instant)
      throws IOException {
    out.writeFieldName(name);
    out.writeString(instant == null ? null : instant.toString());
  }

  /** Escapes characters that control a terminal; the JSON value is the same. */
  private static final class Escapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = CharacterEscapes.standardAsciiEscapesForJSON();
      codes[0x7F] = CharacterEscapes.ESCAPE_STANDARD;
      return codes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
      return Texts.steers(c) ? new SerializedString(Texts.escape(c)) : null;
    }
  }
}
