package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.kvstore.internal.bson.BsonParser;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/** Reads values that people write as text: {@code 5}, {@code 5s}, {@code DAYS}, {@code [1, 2]}. */
final class PlainText {
  private PlainText() {}

  /** Parses the text as a scalar or else as a JSON array or object. */
  static @Nullable Object read(ObjectMapper mapper, String text, JavaType type) throws IOException {
    ObjectReader reader = mapper.readerFor(type);
    try {
      RawValue plain = BsonValues.ofBsonValue(new BsonString(text));
      return read(reader.withAttribute(ExactDeserializer.LENIENT, true), plain, mapper);
    } catch (JsonProcessingException e) {
      if (!text.startsWith("[") && !text.startsWith("{")) {
        throw e;
      }
      JsonTranscoder json = new JsonTranscoder(ValueLimits.DEFAULT);
      return read(reader, json.parse(text.getBytes(StandardCharsets.UTF_8)), mapper);
    }
  }

  private static @Nullable Object read(ObjectReader reader, RawValue value, ObjectMapper mapper)
      throws IOException {
    try (BsonParser parser = new BsonParser(value, mapper)) {
      return reader.readValue(parser);
    }
  }
}
