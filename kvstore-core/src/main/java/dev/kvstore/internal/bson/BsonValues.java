package dev.kvstore.internal.bson;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.bson.BsonArray;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/** Utilities for raw values, and conversions between them, org.bson and untrusted bytes. */
public final class BsonValues {
  private BsonValues() {}

  /** Returns the name of the value's BSON type: {@code string}, {@code int32} … */
  public static String typeName(RawValue value) {
    BsonType type = BsonType.findByValue(value.typeNumber() & 0xFF);
    return type == null ? "unknown" : typeName(type);
  }

  public static String typeName(BsonType type) {
    return switch (type) {
      case STRING -> "string";
      case INT32 -> "int32";
      case INT64 -> "int64";
      case DOUBLE -> "double";
      case DECIMAL128 -> "decimal128";
      case DOCUMENT -> "document";
      case ARRAY -> "array";
      case NULL -> "null";
      case BOOLEAN -> "boolean";
      case DATE_TIME -> "date";
      case BINARY -> "binary";
      case OBJECT_ID -> "objectId";
      case REGULAR_EXPRESSION -> "regex";
      case TIMESTAMP -> "timestamp";
      case SYMBOL -> "symbol";
      case JAVASCRIPT -> "javascript";
      case JAVASCRIPT_WITH_SCOPE -> "javascriptWithScope";
      case DB_POINTER -> "dbPointer";
      case MIN_KEY -> "minKey";
      case MAX_KEY -> "maxKey";
      case UNDEFINED -> "undefined";
      case END_OF_DOCUMENT -> "nothing";
    };
  }

  /** Returns the number if the value is an int32 or int64; empty for any other type. */
  public static OptionalLong wholeNumber(RawValue value) {
    BsonValue number = toBsonValue(value);
    return number.isInt32() || number.isInt64()
        ? OptionalLong.of(number.asNumber().longValue())
        : OptionalLong.empty();
  }

  /**
   * Returns the number as an int32 if it fits and {@code asInt64} is false, otherwise as an int64.
   */
  public static RawValue ofNumber(long number, boolean asInt64) {
    boolean fits = !asInt64 && number == (int) number;
    return ofBsonValue(fits ? new BsonInt32((int) number) : new BsonInt64(number));
  }

  /** Returns the value unchanged, without checking limits. */
  public static RawValue ofBsonValue(BsonValue value) {
    return RawValue.ofDocument(encoded(new BsonDocument("value", value)));
  }

  private static byte[] encoded(BsonDocument document) {
    BasicOutputBuffer buffer = new BasicOutputBuffer();
    try (BsonBinaryWriter writer = new BsonBinaryWriter(buffer)) {
      new BsonDocumentCodec().encode(writer, document, EncoderContext.builder().build());
    }
    return buffer.toByteArray();
  }

  /** Returns the value of this type with these bytes. */
  public static RawValue ofElement(BsonType type, byte[] bytes) {
    return BsonValidator.envelope((byte) type.getValue(), bytes, 0, bytes.length);
  }

  /** Returns the value for org.bson; a document or an array stays raw and is decoded lazily. */
  public static BsonValue toBsonValue(RawValue value) {
    return Objects.requireNonNull(new RawBsonDocument(value.toByteArray()).get("value"));
  }

  /**
   * Returns the value in an untrusted document, {@code {value: …}}. Every byte of it is validated.
   * The array is not copied and must not be changed afterwards.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_VALUE} if the bytes are not exactly
   *     such a document, or it is nested too deeply; with {@link ErrorCode#TOO_LARGE} if the value
   *     is too large
   */
  public static RawValue checked(byte[] document, ValueLimits limits) {
    return BsonValidator.value(document, limits);
  }

  /**
   * Returns the members of an untrusted document, in order, each copied to a separate value. Every
   * byte of the document is validated. The map is unmodifiable.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_VALUE} if the bytes are not exactly
   *     one document, or it is nested too deeply; with {@link ErrorCode#TOO_LARGE} if one of the
   *     values is too large or there are more than {@code maxMembers}
   */
  public static Map<String, RawValue> members(byte[] document, ValueLimits limits, int maxMembers) {
    return BsonValidator.members(document, limits, maxMembers);
  }

  public static boolean isNull(RawValue value) {
    return value.typeNumber() == BsonType.NULL.getValue();
  }

  public static boolean isContainer(RawValue value) {
    return value.typeNumber() == BsonType.DOCUMENT.getValue()
        || value.typeNumber() == BsonType.ARRAY.getValue();
  }

  /** Returns the members of a document; empty for any other value. */
  public static Optional<Map<String, RawValue>> members(RawValue value) {
    if (value.typeNumber() != BsonType.DOCUMENT.getValue()) {
      return Optional.empty();
    }
    Map<String, RawValue> members = new LinkedHashMap<>();
    toBsonValue(value)
        .asDocument()
        .forEach((name, member) -> members.put(name, ofBsonValue(member)));
    return Optional.of(Collections.unmodifiableMap(members));
  }

  /** Returns a document of these members, in order. */
  public static RawValue ofMembers(Map<String, RawValue> members) {
    return ofBsonValue(documentOf(members));
  }

  private static BsonDocument documentOf(Map<String, RawValue> members) {
    BsonDocument document = new BsonDocument();
    members.forEach((name, member) -> document.append(name, toBsonValue(member)));
    return document;
  }

  /** Returns an array of these elements. */
  public static RawValue ofElements(List<RawValue> elements) {
    return ofBsonValue(
        new BsonArray(elements.stream().map(BsonValues::toBsonValue).toList()));
  }

  /** Returns the bytes of a document with these members; refuses names that BSON does not allow. */
  public static byte[] document(Map<String, RawValue> members) {
    for (String name : members.keySet()) {
      if (name.indexOf('\0') >= 0 || BsonText.hasLoneSurrogate(name)) {
        throw BsonText.invalid("The name '" + BsonText.shown(name)
            + "' has U+0000 or half of a surrogate pair, which BSON does not allow");
      }
    }
    return encoded(documentOf(members));
  }
}
