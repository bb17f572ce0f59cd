package dev.kvstore.internal.bson;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Base64;
import java.util.Date;
import org.bson.BsonBinary;
import org.bson.BsonDbPointer;
import org.bson.BsonJavaScript;
import org.bson.BsonJavaScriptWithScope;
import org.bson.BsonMaxKey;
import org.bson.BsonMinKey;
import org.bson.BsonRegularExpression;
import org.bson.BsonSymbol;
import org.bson.BsonTimestamp;
import org.bson.BsonUndefined;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Writes BSON as plain JSON; types without a common text form are written as MongoDB Extended JSON.
 */
final class JsonWriting {
  private JsonWriting() {}

  static void copy(BsonParser in, JsonGenerator out) throws IOException {
    for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
      switch (token) {
        case VALUE_NUMBER_FLOAT -> writeFraction(in.getNumberValue(), out);
        case VALUE_EMBEDDED_OBJECT -> writeEmbedded(in.getEmbeddedObject(), out);
        default -> out.copyCurrentEvent(in);
      }
    }
  }

  private static void writeFraction(Number number, JsonGenerator out) throws IOException {
    if (number instanceof Double value && Double.isFinite(value)) {
      out.writeNumber(ExactNumbers.shortest(value));
    } else if (number instanceof Double
        || (number instanceof Decimal128 decimal && !decimal.isFinite())) {
      out.writeString(Double.toString(number.doubleValue()));
    } else {
      out.writeNumber(number.toString()); // keeps all digits, and the sign of minus zero
    }
  }

  private static void writeEmbedded(@Nullable Object value, JsonGenerator out) throws IOException {
    if (value instanceof byte[] bytes) {
      out.writeString(Base64.getEncoder().encodeToString(bytes));
    } else if (value instanceof BsonBinary binary) {
      out.writeString(Base64.getEncoder().encodeToString(binary.getData()));
    } else if (value instanceof BsonRegularExpression regex) {
      writeMembers(
          "$regularExpression", "pattern", regex.getPattern(), "options", regex.getOptions(), out);
    } else if (value instanceof BsonTimestamp timestamp) {
      long time = Integer.toUnsignedLong(timestamp.getTime());
      writeMembers("$timestamp", "t", time, "i", Integer.toUnsignedLong(timestamp.getInc()), out);
    } else if (value instanceof BsonDbPointer pointer) {
      String id = pointer.getId().toHexString();
      writeMembers("$dbPointer", "$ref", pointer.getNamespace(), "$id", id, out);
    } else {
      writeRare(value, out);
    }
  }

  private static void writeRare(@Nullable Object value, JsonGenerator out) throws IOException {
    if (value instanceof BsonSymbol symbol) {
      writeMember("$symbol", symbol.getSymbol(), out);
    } else if (value instanceof BsonJavaScript code) {
      writeMember("$code", code.getCode(), out);
    } else if (value instanceof BsonJavaScriptWithScope code) {
      out.writeStartObject();
      out.writeStringField("$code", code.getCode());
      out.writeFieldName("$scope");
      copy(new BsonParser(BsonValues.ofBsonValue(code.getScope()), null), out);
      out.writeEndObject();
    } else if (value instanceof BsonMinKey) {
      writeMember("$minKey", 1, out);
    } else if (value instanceof BsonMaxKey) {
      writeMember("$maxKey", 1, out);
    } else if (value instanceof BsonUndefined) {
      writeMember("$undefined", true, out);
    } else if (value instanceof ObjectId id) {
      out.writeString(id.toHexString());
    } else if (value instanceof Date date) {
      out.writeString(date.toInstant().toString());
    } else {
      out.writeString(String.valueOf(value)); // a UUID
    }
  }

  private static void writeMember(String name, Object value, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeObjectField(name, value);
    out.writeEndObject();
  }

  private static void writeMembers(
      String name, String first, Object one, String second, Object other, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    out.writeObjectFieldStart(name);
    out.writeObjectField(first, one);
    out.writeObjectField(second, other);
    out.writeEndObject();
    out.writeEndObject();
  }
}
