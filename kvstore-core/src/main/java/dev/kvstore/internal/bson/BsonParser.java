package dev.kvstore.internal.bson;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.ObjectCodec;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.Version;
import com.fasterxml.jackson.core.base.ParserMinimalBase;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.json.JsonReadContext;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Date;
import java.util.function.Function;
import org.bson.BsonBinary;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinarySubType;
import org.bson.BsonType;
import org.bson.codecs.BsonValueCodec;
import org.bson.codecs.DecoderContext;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

/**
 * A parser that reads a value from BSON. Types that JSON lacks are embedded objects. No accessor
 * rounds.
 */
public final class BsonParser extends ParserMinimalBase {
  /** Deeper than any stored value; keeps foreign bytes from exhausting the stack. */
  private static final int MAX_DEPTH = 1_000;

  private static final BsonValueCodec CODEC = new BsonValueCodec();

  private final BsonBinaryReader reader;
  private JsonReadContext context = JsonReadContext.createRootContext(null);
  private @Nullable ObjectCodec codec;
  private @Nullable BsonType pending;
  /** The text, number or embedded object at the current token. */
  private @Nullable Object value;

  private boolean closed;

  public BsonParser(RawValue raw, @Nullable ObjectCodec codec) {
    super(StreamReadConstraints.defaults());
    this.reader = new BsonBinaryReader(raw.document());
    this.codec = codec;
    reader.readStartDocument();
    pending = reader.readBsonType();
    reader.skipName();
  }

  @Override
  public @Nullable JsonToken nextToken() throws IOException {
    if (closed) {
      return null;
    }
    value = null;
    if (pending != null) {
      BsonType type = pending;
      pending = null;
      return _updateToken(readValue(type));
    }
    if (context.inRoot()) {
      close();
      return _updateTokenToNull();
    }
    BsonType type = reader.readBsonType();
    if (type == BsonType.END_OF_DOCUMENT) {
      return _updateToken(readEnd());
    }
    if (context.inArray()) {
      return _updateToken(readValue(type));
    }
    context.setCurrentName(reader.readName());
    pending = type;
    return _updateToken(JsonToken.FIELD_NAME);
  }

  private JsonToken readEnd() {
    boolean array = context.inArray();
    if (array) {
      reader.readEndArray();
    } else {
      reader.readEndDocument();
    }
    context = context.getParent();
    return array ? JsonToken.END_ARRAY : JsonToken.END_OBJECT;
  }

  private JsonToken readValue(BsonType type) throws IOException {
    return switch (type) {
      case DOCUMENT -> {
        reader.readStartDocument();
        context = checkDepth(context.createChildObjectContext(-1, -1));
        yield JsonToken.START_OBJECT;
      }
      case ARRAY -> {
        reader.readStartArray();
        context = checkDepth(context.createChildArrayContext(-1, -1));
        yield JsonToken.START_ARRAY;
      }
      case STRING -> token(JsonToken.VALUE_STRING, reader.readString());
      case INT32 -> token(JsonToken.VALUE_NUMBER_INT, reader.readInt32());
      case INT64 -> token(JsonToken.VALUE_NUMBER_INT, reader.readInt64());
      case DOUBLE -> token(JsonToken.VALUE_NUMBER_FLOAT, reader.readDouble());
      case DECIMAL128 -> {
        Decimal128 number = reader.readDecimal128();
        yield token(
            JsonToken.VALUE_NUMBER_FLOAT,
            ExactNumbers.isSpecial(number) ? number : number.bigDecimalValue());
      }
      case BOOLEAN -> reader.readBoolean() ? JsonToken.VALUE_TRUE : JsonToken.VALUE_FALSE;
      case NULL -> {
        reader.readNull();
        yield JsonToken.VALUE_NULL;
      }
      default -> token(JsonToken.VALUE_EMBEDDED_OBJECT, readEmbedded(type));
    };
  }

  private JsonToken token(JsonToken token, Object value) {
    this.value = value;
    return token;
  }

  private JsonReadContext checkDepth(JsonReadContext child) throws IOException {
    if (child.getNestingDepth() > MAX_DEPTH) {
      throw new JsonParseException(this, "Nested too deeply");
    }
    return child;
  }

  private Object readEmbedded(BsonType type) {
    return switch (type) {
      case DATE_TIME -> Date.from(Instant.ofEpochMilli(reader.readDateTime()));
      case OBJECT_ID -> reader.readObjectId();
      case BINARY -> plain(reader.readBinaryData());
      default -> CODEC.decode(reader, DecoderContext.builder().build());
    };
  }

  private static Object plain(BsonBinary binary) {
    byte subType = binary.getType();
    if (subType == BsonBinarySubType.BINARY.getValue()) {
      return binary.getData();
    }
    return subType == BsonBinarySubType.UUID_STANDARD.getValue() && binary.getData().length == 16
        ? binary.asUuid()
        : binary;
  }

  @Override
  protected void _handleEOF() {
    // The document defines the end of the value.
  }

  @Override
  public @Nullable ObjectCodec getCodec() {
    return codec;
  }

  @Override
  public void setCodec(ObjectCodec codec) {
    this.codec = codec;
  }

  @Override
  public Version version() {
    return Version.unknownVersion();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      reader.close();
    }
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public JsonStreamContext getParsingContext() {
    return context;
  }

  @Override
  @SuppressWarnings("deprecation") // abstract in Jackson nevertheless
  public JsonLocation getCurrentLocation() {
    return JsonLocation.NA;
  }

  @Override
  @SuppressWarnings("deprecation") // abstract in Jackson nevertheless
  public JsonLocation getTokenLocation() {
    return JsonLocation.NA;
  }

  @Override
  @SuppressWarnings("deprecation") // abstract in Jackson nevertheless, and the one that is called
  public @Nullable String getCurrentName() {
    JsonReadContext named =
        _currToken == JsonToken.START_OBJECT || _currToken == JsonToken.START_ARRAY
            ? context.getParent()
            : context;
    return named.getCurrentName();
  }

  @Override
  public void overrideCurrentName(String name) {
    try {
      context.setCurrentName(name);
    } catch (IOException e) {
      throw new IllegalStateException(e); // thrown only for duplicates, whose detection is off
    }
  }

  @Override
  public @Nullable String getText() {
    if (_currToken == JsonToken.FIELD_NAME) {
      return context.getCurrentName();
    }
    if (value != null) {
      return value.toString();
    }
    return _currToken == null ? null : _currToken.asString();
  }

  @Override
  public char[] getTextCharacters() {
    String text = getText();
    return text == null ? new char[0] : text.toCharArray();
  }

  @Override
  public boolean hasTextCharacters() {
    return false;
  }

  @Override
  public int getTextLength() {
    String text = getText();
    return text == null ? 0 : text.length();
  }

  @Override
  public int getTextOffset() {
    return 0;
  }

  /** Returns the text of a BSON string, and null for a number. */
  @Override
  public @Nullable String getValueAsString(@Nullable String fallback) {
    return _currToken == JsonToken.VALUE_STRING || _currToken == JsonToken.FIELD_NAME
        ? getText()
        : fallback;
  }

  @Override
  public byte[] getBinaryValue(Base64Variant variant) throws IOException {
    if (value instanceof byte[] bytes) {
      return bytes;
    }
    if (value instanceof String text) {
      try {
        return variant.decode(text);
      } catch (IllegalArgumentException e) {
        throw new JsonParseException(this, "Not base64");
      }
    }
    throw new JsonParseException(this, "Not binary");
  }

  @Override
  public @Nullable Object getEmbeddedObject() {
    return _currToken == JsonToken.VALUE_EMBEDDED_OBJECT ? value : null;
  }

  @Override
  public boolean isNaN() {
    return _currToken == JsonToken.VALUE_NUMBER_FLOAT
        && value instanceof Number number
        && !Double.isFinite(number.doubleValue());
  }

  @Override
  public Number getNumberValue() throws IOException {
    if (value instanceof Number number) {
      return number;
    }
    throw new JsonParseException(this, "Not a number");
  }

  @Override
  public @Nullable NumberType getNumberType() {
    if (value instanceof Integer) {
      return NumberType.INT;
    }
    if (value instanceof Long) {
      return NumberType.LONG;
    }
    if (value instanceof Double) {
      return NumberType.DOUBLE;
    }
    return value instanceof Number ? NumberType.BIG_DECIMAL : null;
  }

  @Override
  public NumberTypeFP getNumberTypeFP() {
    return value instanceof Double
        ? NumberTypeFP.DOUBLE64
        : value instanceof BigDecimal ? NumberTypeFP.BIG_DECIMAL : NumberTypeFP.UNKNOWN;
  }

  @Override
  public byte getByteValue() throws IOException {
    return exactly(ExactNumbers::toByte, byte.class);
  }

  @Override
  public int getIntValue() throws IOException {
    return exactly(ExactNumbers::toInt, int.class);
  }

  @Override
  public long getLongValue() throws IOException {
    return exactly(ExactNumbers::toLong, long.class);
  }

  @Override
  public BigInteger getBigIntegerValue() throws IOException {
    return exactly(ExactNumbers::toBigInteger, BigInteger.class);
  }

  @Override
  public float getFloatValue() throws IOException {
    return exactly(ExactNumbers::toFloat, float.class);
  }

  @Override
  public double getDoubleValue() throws IOException {
    return exactly(ExactNumbers::toDouble, double.class);
  }

  @Override
  public BigDecimal getDecimalValue() throws IOException {
    return exactly(ExactNumbers::toBigDecimal, BigDecimal.class);
  }

  private <T> T exactly(Function<Number, T> conversion, Class<?> type) throws IOException {
    Number number = getNumberValue();
    try {
      return conversion.apply(number);
    } catch (ArithmeticException e) {
      throw new InputCoercionException(
          this, "The number cannot be converted without loss", currentToken(), type);
    }
  }
}
