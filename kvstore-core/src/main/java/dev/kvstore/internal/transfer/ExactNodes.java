package dev.kvstore.internal.transfer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.InvalidSnapshotException;
import dev.kvstore.KVMetadata;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import org.jspecify.annotations.Nullable;

/**
 * The exact format: one line per entry, a document in MongoDB's canonical Extended JSON,
 * {@code {"key": …, "value": …}}, optionally with metadata. A value that Extended JSON does not
 * preserve, such as an object with the member {@code $date}, is in the member {@code bson} instead,
 * as a document {@code {value: …}} in base64.
 */
final class ExactNodes {
  private static final JsonWriterSettings CANONICAL =
      JsonWriterSettings.builder().outputMode(JsonMode.EXTENDED).build();

  private static final String KEY = "key";
  private static final String VALUE = "value";
  private static final String BSON = "bson";

  private ExactNodes() {}

  /** Writes an entry. */
  static void write(String key, RawValue value, @Nullable BsonDocument metadata, Writer to)
      throws IOException {
    BsonDocument line = line(key, value);
    if (metadata != null) {
      line.putAll(metadata);
    }
    write(line, to);
  }

  /** Returns the line of an entry without its metadata. */
  static BsonDocument line(String key, RawValue value) {
    BsonDocument line = new BsonDocument(KEY, new BsonString(key));
    BsonDocument plain = new BsonDocument(VALUE, BsonValues.toBsonValue(value));
    if (comesBack(plain, value)) {
      line.putAll(plain);
    } else {
      String bytes = Base64.getEncoder().encodeToString(value.toByteArray());
      line.append(BSON, new BsonString(bytes));
    }
    return line;
  }

  static void write(BsonDocument line, Writer to) throws IOException {
    to.write(line.toJson(CANONICAL));
    to.write('\n');
  }

  private static boolean comesBack(BsonDocument plain, RawValue value) {
    try {
      BsonDocument read = BsonDocument.parse(plain.toJson(CANONICAL));
      return BsonValues.ofBsonValue(read.get(VALUE, BsonNull.VALUE)).equals(value);
    } catch (RuntimeException e) {
      return false; // org.bson throws several types for text that it cannot parse
    }
  }

  /** Makes something of a line. What it throws is a problem of the snapshot. */
  interface Parser<T> {
    T parse(BsonDocument line, Place place);
  }

  /** Reads the entries. */
  static void read(
      SnapshotSource source,
      Reading reading,
      FileProblems problems,
      Consumer<SnapshotEntry> entries)
      throws IOException {
    read(source, reading, problems, (line, place) -> entry(line, place, reading), entries);
  }

  /** Reads the lines. */
  static <T> void read(
      SnapshotSource source,
      Reading reading,
      FileProblems problems,
      Parser<T> parser,
      Consumer<T> items)
      throws IOException {
    int number = 0;
    try (EntryText text = new EntryText(source.reader(), reading.limits().maxBytes());
        BufferedReader lines = new BufferedReader(text)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        text.nextEntry();
        number++;
        if (!line.isBlank()) {
          item(line, new Place(number, 1), problems, parser, items);
        }
      }
    } catch (CharacterCodingException e) {
      throw new InvalidSnapshotException(source.name() + " is not UTF-8", List.of());
    } catch (InvalidInputException e) {
      problems.add(new Place(number + 1, 1), String.valueOf(e.getMessage()));
    }
  }

  private static <T> void item(
      String line, Place place, FileProblems problems, Parser<T> parser, Consumer<T> items) {
    FileProblems.Path path = FileProblems.Path.NONE;
    T item;
    try {
      // Parse strictly first: the parser of org.bson accepts more than JSON and quotes the text in
      // its errors.
      path = FileProblems.Path.of(keyOf(line));
      item = parser.parse(BsonDocument.parse(line), place);
    } catch (InvalidInputException e) {
      problems.add(place, path, String.valueOf(e.getMessage()));
      return;
    } catch (RuntimeException e) { // org.bson throws several types for text that it cannot parse
      problems.add(place, path, "it is no entry in Extended JSON, {\"key\": …, \"value\": …}");
      return;
    }
    items.accept(item);
  }

  private static SnapshotEntry entry(BsonDocument line, Place place, Reading reading) {
    if (HistoryNodes.isOfHistory(line)) {
      throw new InvalidInputException(
          ErrorCode.INVALID_VALUE,
          "it belongs to a snapshot with its history, which the mode restore reads");
    }
    String key = line.getString(KEY).getValue();
    return new SnapshotEntry(key, place, value(line, reading), null, metadata(line));
  }

  /** Parses the whole line and returns the key; empty if it has none. */
  private static String keyOf(String line) {
    String key = "";
    try (JsonParser parser = Values.JSON.factory().createParser(line)) {
      while (parser.nextToken() != null) {
        boolean isMember = parser.getParsingContext().getParent() != null
            && parser.getParsingContext().getParent().inRoot();
        if (isMember
            && parser.currentToken() == JsonToken.VALUE_STRING
            && KEY.equals(parser.currentName())) {
          key = parser.getText();
        }
      }
      return key;
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(ErrorCode.INVALID_JSON, JsonNodes.reason(e), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RawValue value(BsonDocument document, Reading reading) {
    if (document.containsKey(BSON)) {
      byte[] bytes = Base64.getDecoder().decode(document.getString(BSON).getValue());
      return BsonValues.checked(bytes, reading.limits());
    }
    BsonValue value = document.get(VALUE);
    if (value == null) {
      throw new InvalidInputException(ErrorCode.INVALID_VALUE, "it has no member 'value'");
    }
    return BsonValues.checked(BsonValues.ofBsonValue(value).toByteArray(), reading.limits());
  }

  private static SnapshotEntry.@Nullable Metadata metadata(BsonDocument document) {
    if (!document.containsKey("updatedBy") && !document.containsKey("expiresAt")) {
      return null;
    }
    return new SnapshotEntry.Metadata(
        text(document, "updatedBy"), text(document, "expiresAt").map(EntryConverter::instant));
  }

  static Optional<String> text(BsonDocument document, String name) {
    BsonValue value = document.get(name, BsonNull.VALUE);
    return value.isNull() ? Optional.empty() : Optional.of(value.asString().getValue());
  }

  /** Returns the metadata of an entry as members of its document. */
  static BsonDocument metadata(KVMetadata metadata) {
    return new BsonDocument("version", new BsonInt64(metadata.version()))
        .append("etag", new BsonString(metadata.etag()))
        .append("createdAt", new BsonString(metadata.createdAt().toString()))
        .append("updatedAt", new BsonString(metadata.updatedAt().toString()))
        .append("updatedBy", orNull(metadata.updatedBy()))
        .append("expiresAt", orNull(metadata.expiresAt().map(Object::toString)));
  }

  static BsonValue orNull(Optional<String> text) {
    return text.<BsonValue>map(BsonString::new).orElse(BsonNull.VALUE);
  }
}
