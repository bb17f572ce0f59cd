package dev.kvstore.http.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kvstore.KVEntry;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.transfer.ValueType;
import dev.kvstore.internal.transfer.Values;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.Map;
import org.bson.BsonValue;

/** An entry with the type of its value and the value's JSON as text, all of it or the beginning. */
public final class EntrySummary {
  /** The maximum number of characters of a preview. */
  private static final int PREVIEW = 160;

  private EntrySummary() {}

  /** Writes an entry with a preview of its value. */
  public static void write(DocumentWriter out, KVEntry<RawValue> entry) throws IOException {
    RawValue value = ResponseWriter.present(entry);
    String json = Values.json(value);
    int end = json.codePointCount(0, json.length()) <= PREVIEW
        ? json.length()
        : json.offsetByCodePoints(0, PREVIEW);
    out.startDocument();
    out.name("key").text(entry.key());
    writeType(out, value, json);
    out.name("preview").text(json.substring(0, end));
    if (end < json.length()) {
      out.name("cut").flag(true);
    }
    ResponseWriter.writeMetadata(out, entry.metadata());
    out.endDocument();
  }

  /** Writes an entry with the text of its value. */
  public static void writeDetail(DocumentWriter out, KVEntry<RawValue> entry) throws IOException {
    out.startDocument();
    out.name("key").text(entry.key());
    writeText(out, ResponseWriter.present(entry));
    ResponseWriter.writeMetadata(out, entry.metadata());
    out.endDocument();
  }

  /** Writes the members that describe a value: its type, its JSON, and the types JSON hides. */
  public static void writeText(DocumentWriter out, RawValue value) throws IOException {
    String json = Values.json(value);
    writeType(out, value, json);
    out.name("text").text(json);
    out.name("types").startDocument();
    writeHiddenTypes(out, "", BsonValues.toBsonValue(value));
    out.endDocument();
  }

  private static void writeType(DocumentWriter out, RawValue value, String json)
      throws IOException {
    out.name("type").text(ValueType.of(value).text());
    out.name("bytes").number(json.getBytes(UTF_8).length);
  }

  /** Writes the JSON Pointers and types of parts that are read back from JSON as another type. */
  private static void writeHiddenTypes(DocumentWriter out, String pointer, BsonValue value)
      throws IOException {
    switch (value.getBsonType()) {
      case STRING, INT32, BOOLEAN, NULL -> {
        // JSON has these types.
      }
      case DOCUMENT -> {
        for (Map.Entry<String, BsonValue> member : value.asDocument().entrySet()) {
          String name = member.getKey().replace("~", "~0").replace("/", "~1");
          writeHiddenTypes(out, pointer + '/' + name, member.getValue());
        }
      }
      case ARRAY -> {
        for (int i = 0; i < value.asArray().size(); i++) {
          writeHiddenTypes(out, pointer + '/' + i, value.asArray().get(i));
        }
      }
      default -> {
        RawValue scalar = BsonValues.ofBsonValue(value);
        if (!Values.ofJson(Values.json(scalar).getBytes(UTF_8)).equals(scalar)) {
          out.name(pointer).text(ValueType.of(scalar).text());
        }
      }
    }
  }
}
