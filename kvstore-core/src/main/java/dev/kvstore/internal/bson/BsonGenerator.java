package dev.kvstore.internal.bson;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.ObjectCodec;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.base.GeneratorBase;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.json.JsonWriteContext;
import dev.kvstore.InvalidInputException;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Date;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonBinaryWriter;
import org.bson.BsonBinaryWriterSettings;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonObjectId;
import org.bson.BsonValue;
import org.bson.BsonWriterSettings;
import org.bson.codecs.BsonValueCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * A generator that writes a value as BSON. Refuses immediately anything that would be lost or
 * exceeds the limits.
 */
public final class BsonGenerator extends GeneratorBase {
  /** The size of the document before the value: the length, the type and the name "value". */
  private static final int HEAD_BYTES = 4 + 1 + 6;

  private static final int FEATURES =
      StreamWriteFeature.STRICT_DUPLICATE_DETECTION.mappedFeature().getMask();

  private static final BsonValueCodec CODEC = new BsonValueCodec();

  private final ValueLimits limits;
  private final BasicOutputBuffer buffer = new BasicOutputBuffer(256);
  private final BsonBinaryWriter writer = new BsonBinaryWriter(
      new BsonWriterSettings(Integer.MAX_VALUE), new BsonBinaryWriterSettings(), buffer);
  private int depth;

  public BsonGenerator(ValueLimits limits, @Nullable ObjectCodec codec) {
    super(FEATURES, codec, (IOContext) null);
    this.limits = limits;
    writer.writeStartDocument();
    writer.writeName("value");
  }

  /** Returns the written value; exactly one complete value must have been written. */
  public RawValue value() {
    checkRoomFor(0);
    if (!_writeContext.inRoot() || _writeContext.getEntryCount() != 1) {
      throw unstorable("is written by a serializer that left it unfinished");
    }
    writer.writeEndDocument();
    return RawValue.ofDocument(buffer.toByteArray());
  }

  @Override
  public void writeStartObject() throws IOException {
    start();
    _writeContext = _writeContext.createChildObjectContext();
    writer.writeStartDocument();
  }

  @Override
  public void writeEndObject() throws IOException {
    if (!_writeContext.inObject()) {
      _reportError("Not in an object");
    }
    end();
    writer.writeEndDocument();
  }

  @Override
  public void writeStartArray() throws IOException {
    start();
    _writeContext = _writeContext.createChildArrayContext();
    writer.writeStartArray();
  }

  @Override
  public void writeEndArray() throws IOException {
    if (!_writeContext.inArray()) {
      _reportError("Not in an array");
    }
    end();
    writer.writeEndArray();
  }

  /** Refuses a container with state besides its elements. */
  @Override
  public void assignCurrentValue(@Nullable Object container) {
    Comparator<?> order = container instanceof SortedMap<?, ?> map
        ? map.comparator()
        : container instanceof SortedSet<?> set
            ? set.comparator()
            : container instanceof PriorityQueue<?> queue ? queue.comparator() : null;
    if (order != null && order != Comparator.naturalOrder()) {
      throw unstorable("is sorted by a Comparator, which is not stored: copy it to a collection"
          + " in its natural order or to a LinkedHashMap or List");
    }
    if (container instanceof Properties properties
        && !properties.keySet().containsAll(properties.stringPropertyNames())) {
      throw unstorable("has Properties with defaults, which are not stored: copy them into it");
    }
    super.assignCurrentValue(container);
  }

  private void start() throws IOException {
    _verifyValueWrite("start a container");
    if (depth == limits.maxDepth()) {
      throw BsonText.invalid("The value is nested more than " + limits.maxDepth() + " levels deep"
          + BsonText.at(_writeContext));
    }
    depth++;
  }

  private void end() {
    depth--;
    _writeContext = _writeContext.getParent();
  }

  @Override
  public void writeFieldName(String name) throws IOException {
    checkRoomFor(name.length());
    if (name.indexOf('\0') >= 0) {
      throw badName("has a member with U+0000 in its name, which BSON does not allow");
    }
    if (BsonText.hasLoneSurrogate(name)) {
      throw badName("has a member with half of a surrogate pair in its name");
    }
    try {
      if (_writeContext.writeFieldName(name) == JsonWriteContext.STATUS_EXPECT_VALUE) {
        _reportError("A name where a value is expected");
      }
    } catch (JsonProcessingException e) {
      throw badName("has two members named '" + BsonText.shown(name) + "'");
    }
    writer.writeName(name);
  }

  /**
   * Returns the error for an invalid name, at the place of the object; its last member is
   * unrelated.
   */
  private InvalidInputException badName(String problem) {
    JsonWriteContext parent = _writeContext.getParent();
    return unstorable(parent == null ? _writeContext : parent, problem);
  }

  @Override
  public void writeString(String text) throws IOException {
    _verifyValueWrite(WRITE_STRING);
    writer.writeString(checked(text));
  }

  @Override
  public void writeString(char[] text, int offset, int length) throws IOException {
    writeString(new String(text, offset, length));
  }

  @Override
  public void writeString(SerializableString text) throws IOException {
    writeString(text.getValue());
  }

  @Override
  public void writeUTF8String(byte[] text, int offset, int length) throws IOException {
    writeString(new String(text, offset, length, StandardCharsets.UTF_8));
  }

  @Override
  public void writeNumber(int number) throws IOException {
    _verifyValueWrite(WRITE_NUMBER);
    writer.writeInt32(number);
  }

  @Override
  public void writeNumber(long number) throws IOException {
    _verifyValueWrite(WRITE_NUMBER);
    writer.writeInt64(number);
  }

  @Override
  public void writeNumber(double number) throws IOException {
    _verifyValueWrite(WRITE_NUMBER);
    writer.writeDouble(number);
  }

  @Override
  public void writeNumber(float number) throws IOException {
    writeNumber((double) number);
  }

  @Override
  public void writeNumber(@Nullable BigInteger number) throws IOException {
    if (number == null) {
      writeNull();
    } else if (number.bitLength() < 32) {
      writeNumber(number.intValue());
    } else if (number.bitLength() < 64) {
      writeNumber(number.longValue());
    } else {
      writeDecimal(Decimals.ofWhole(number));
    }
  }

  @Override
  public void writeNumber(@Nullable BigDecimal number) throws IOException {
    if (number == null) {
      writeNull();
    } else {
      writeDecimal(Decimals.ofScaled(number));
    }
  }

  @Override
  public void writeNumber(String number) throws IOException {
    JsonNumbers.write(number, this);
  }

  @Override
  protected void _copyCurrentIntValue(JsonParser json) throws IOException {
    writeNumber(json.getText());
  }

  @Override
  protected void _copyCurrentFloatValue(JsonParser json) throws IOException {
    writeNumber(json.getText());
  }

  /** Writes the number; refuses null, which means that no Decimal128 represents it exactly. */
  void writeDecimal(@Nullable Decimal128 number) throws IOException {
    if (number == null) {
      throw unstorable("has a number that no BSON type holds without loss:"
          + " a Decimal128 has 34 digits and an exponent from -6176 to 6111");
    }
    _verifyValueWrite(WRITE_NUMBER);
    writer.writeDecimal128(number);
  }

  @Override
  public void writeBoolean(boolean value) throws IOException {
    _verifyValueWrite(WRITE_BOOLEAN);
    writer.writeBoolean(value);
  }

  @Override
  public void writeNull() throws IOException {
    _verifyValueWrite(WRITE_NULL);
    writer.writeNull();
  }

  @Override
  public boolean canWriteBinaryNatively() {
    return true;
  }

  @Override
  public void writeBinary(Base64Variant variant, byte[] data, int offset, int length)
      throws IOException {
    _verifyValueWrite(WRITE_BINARY);
    checkRoomFor(length);
    writer.writeBinaryData(new BsonBinary(Arrays.copyOfRange(data, offset, offset + length)));
  }

  /** Writes a value of a BSON type that JSON lacks. */
  @Override
  public void writeEmbeddedObject(@Nullable Object value) throws IOException {
    if (value == null) {
      writeNull();
    } else if (value instanceof byte[] bytes) {
      writeBinary(bytes);
    } else if (value instanceof Decimal128 number) {
      writeDecimal(number);
    } else if (value instanceof Instant instant) {
      writeRare(new BsonDateTime(millis(instant)));
    } else if (value instanceof Date date) {
      writeRare(new BsonDateTime(date.toInstant().toEpochMilli()));
    } else if (value instanceof UUID uuid) {
      writeRare(new BsonBinary(uuid));
    } else if (value instanceof ObjectId id) {
      writeRare(new BsonObjectId(id));
    } else if (value instanceof BsonValue bson) {
      writeBson(bson);
    } else {
      throw unstorable("has a " + value.getClass().getName() + ", for which BSON has no type");
    }
  }

  private long millis(Instant instant) {
    try {
      long millis = instant.toEpochMilli();
      if (Instant.ofEpochMilli(millis).equals(instant)) {
        return millis;
      }
    } catch (ArithmeticException e) {
      // out of range, refused below
    }
    throw unstorable(
        "has an Instant that is not a whole number of milliseconds, as a BSON date is");
  }

  private void writeBson(BsonValue value) throws IOException {
    switch (value.getBsonType()) {
      case DOCUMENT -> {
        writeStartObject();
        for (Map.Entry<String, BsonValue> member : value.asDocument().entrySet()) {
          writeFieldName(member.getKey());
          writeBson(member.getValue());
        }
        writeEndObject();
      }
      case ARRAY -> {
        writeStartArray();
        for (BsonValue element : value.asArray()) {
          writeBson(element);
        }
        writeEndArray();
      }
      case STRING -> writeString(value.asString().getValue());
      case INT32 -> writeNumber(value.asInt32().getValue());
      case INT64 -> writeNumber(value.asInt64().getValue());
      case DOUBLE -> writeNumber(value.asDouble().getValue());
      case BOOLEAN -> writeBoolean(value.asBoolean().getValue());
      case NULL -> writeNull();
      default -> writeRare(value);
    }
  }

  private void writeRare(BsonValue value) throws IOException {
    _verifyValueWrite("write a BSON value");
    switch (value.getBsonType()) {
      case BINARY -> checkRoomFor(value.asBinary().getData().length);
      case REGULAR_EXPRESSION -> {
        checked(value.asRegularExpression().getPattern());
        checked(value.asRegularExpression().getOptions());
      }
      case SYMBOL -> checked(value.asSymbol().getSymbol());
      case JAVASCRIPT -> checked(value.asJavaScript().getCode());
      case JAVASCRIPT_WITH_SCOPE -> {
        checked(value.asJavaScriptWithScope().getCode());
        checkScope(value.asJavaScriptWithScope().getScope());
      }
      case DB_POINTER -> checked(value.asDBPointer().getNamespace());
      default -> {} // of fixed length
    }
    CODEC.encode(writer, value, EncoderContext.builder().build());
  }

  /** Checks a scope, a separate document to which the same rules apply. */
  private void checkScope(BsonDocument scope) throws IOException {
    int levelsLeft = Math.max(limits.maxDepth() - depth, 0);
    new BsonGenerator(new ValueLimits(limits.maxBytes(), levelsLeft), null).writeBson(scope);
  }

  private String checked(String text) {
    checkRoomFor(text.length());
    if (BsonText.hasLoneSurrogate(text)) {
      throw unstorable("has text with half of a surrogate pair, which is no character");
    }
    return text;
  }

  private void checkRoomFor(int bytes) {
    if ((long) buffer.getPosition() + bytes > (long) limits.maxBytes() + HEAD_BYTES) {
      throw BsonText.tooLarge(limits.maxBytes());
    }
  }

  private InvalidInputException unstorable(String problem) {
    return unstorable(_writeContext, problem);
  }

  private static InvalidInputException unstorable(JsonWriteContext place, String problem) {
    return BsonText.invalid("The value" + BsonText.at(place) + " " + problem);
  }

  @Override
  protected void _verifyValueWrite(String what) throws IOException {
    checkRoomFor(0); // checks the size so far
    if (_writeContext.writeValue() == JsonWriteContext.STATUS_EXPECT_NAME) {
      _reportError("A value where a name is expected");
    }
    if (_writeContext.inRoot() && _writeContext.getEntryCount() > 1) {
      _reportError("A second value after the whole value");
    }
  }

  @Override
  public void writeRaw(String text) {
    throw unstorable("has raw text, which cannot become BSON");
  }

  @Override
  public void writeRaw(String text, int offset, int length) {
    writeRaw(text);
  }

  @Override
  public void writeRaw(char[] text, int offset, int length) {
    writeRaw("");
  }

  @Override
  public void writeRaw(char c) {
    writeRaw("");
  }

  @Override
  public void writeRawUTF8String(byte[] text, int offset, int length) {
    writeRaw("");
  }

  @Override
  public void flush() {
    // Everything is kept in memory until it is requested.
  }

  @Override
  protected void _releaseBuffers() {
    // There are no borrowed buffers.
  }
}
