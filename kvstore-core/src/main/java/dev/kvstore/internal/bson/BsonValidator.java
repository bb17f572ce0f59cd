package dev.kvstore.internal.bson;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Validates every byte of untrusted BSON. Never relies on a length that exceeds the remaining
 * bytes.
 */
final class BsonValidator {
  private static final byte[] NAME = {'v', 'a', 'l', 'u', 'e', 0};
  private static final int MIN_DOCUMENT_BYTES = 5;

  private final byte[] bytes;
  private final ByteBuffer in;
  private final ValueLimits limits;

  private BsonValidator(byte[] bytes, ValueLimits limits) {
    this.bytes = bytes;
    this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    this.limits = limits;
  }

  static RawValue value(byte[] document, ValueLimits limits) {
    checkSize((long) document.length - MIN_DOCUMENT_BYTES - 1 - NAME.length, limits);
    BsonValidator validator = new BsonValidator(document, limits);
    int end = validator.readWholeLength();
    byte type = validator.readByte(end);
    if (!validator.readName(end).equals("value")) {
      throw malformed("its one member must be named 'value'");
    }
    validator.skipValue(type, end, 0);
    if (validator.readByte(end) != 0) {
      throw malformed("it must have no member but 'value'");
    }
    validator.checkEnd(end);
    return RawValue.ofDocument(document);
  }

  static Map<String, RawValue> members(byte[] document, ValueLimits limits, int maxMembers) {
    BsonValidator validator = new BsonValidator(document, limits);
    int end = validator.readWholeLength();
    Map<String, RawValue> members = new LinkedHashMap<>();
    for (byte type = validator.readByte(end); type != 0; type = validator.readByte(end)) {
      String name = validator.readName(end);
      if (members.size() == maxMembers) {
        throw new InvalidInputException(
            ErrorCode.TOO_LARGE, "The BSON document has more than " + maxMembers + " members");
      }
      int start = validator.in.position();
      validator.skipValue(type, end, 0);
      int length = validator.in.position() - start;
      checkSize(length, limits);
      if (members.put(name, envelope(type, document, start, length)) != null) {
        throw duplicate(name);
      }
    }
    validator.checkEnd(end);
    return Collections.unmodifiableMap(members);
  }

  static RawValue envelope(byte type, byte[] bytes, int start, int length) {
    int whole = MIN_DOCUMENT_BYTES + 1 + NAME.length + length;
    return RawValue.ofDocument(ByteBuffer.allocate(whole)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(whole)
        .put(type)
        .put(NAME)
        .put(bytes, start, length)
        .put((byte) 0)
        .array());
  }

  private void skipValue(byte type, int end, int depth) {
    switch (type) {
      case 0x01, 0x09, 0x11, 0x12 -> skip(8, end); // double, date, timestamp, int64
      case 0x02, 0x0D, 0x0E -> skipString(end); // string, JavaScript, symbol
      case 0x03 -> skipDocument(end, depth + 1, false);
      case 0x04 -> skipDocument(end, depth + 1, true);
      case 0x05 -> skipBinary(end);
      case 0x06, 0x0A, (byte) 0xFF, 0x7F -> {} // undefined, null, minKey, maxKey
      case 0x07 -> skip(12, end); // ObjectId
      case 0x08 -> {
        byte value = readByte(end);
        if (value != 0 && value != 1) {
          throw malformed("a boolean is neither 0 nor 1");
        }
      }
      case 0x0B -> { // regular expression
        readName(end);
        readName(end);
      }
      case 0x0C -> { // DBPointer
        skipString(end);
        skip(12, end);
      }
      case 0x0F -> skipCodeWithScope(end, depth + 1);
      case 0x10 -> skip(4, end); // int32
      case 0x13 -> skip(16, end); // Decimal128
      default -> throw malformed("it has a type that does not exist");
    }
  }

  private void skipDocument(int end, int depth, boolean array) {
    if (depth > limits.maxDepth()) {
      throw BsonText.invalid("The value is nested more than " + limits.maxDepth() + " levels deep");
    }
    int documentEnd = readLength(end);
    Set<String> names = new HashSet<>();
    int index = 0;
    for (byte type = readByte(documentEnd); type != 0; type = readByte(documentEnd)) {
      String name = readName(documentEnd);
      if (array) {
        if (!name.equals(Integer.toString(index))) {
          throw malformed("the elements of an array are not numbered 0, 1, 2 …");
        }
        index++;
      } else if (!names.add(name)) {
        throw duplicate(name);
      }
      skipValue(type, documentEnd, depth);
    }
    checkEnd(documentEnd);
  }

  private void skipCodeWithScope(int end, int depth) {
    int codeEnd = readLength(end);
    skipString(codeEnd);
    skipDocument(codeEnd, depth, false);
    checkEnd(codeEnd);
  }

  private void skipBinary(int end) {
    int length = readInt(end);
    byte subType = readByte(end);
    if (subType == 0x02 && length != (long) readInt(end) + 4) {
      throw malformed("an old binary has two lengths that differ");
    }
    skip(subType == 0x02 ? length - 4L : length, end);
  }

  private void skipString(int end) {
    int length = readInt(end);
    if (length < 1 || length > end - in.position()) {
      throw malformed("a text has a length that it cannot have");
    }
    int start = in.position();
    decode(start, length - 1);
    in.position(start + length - 1);
    if (in.get() != 0) {
      throw malformed("a text does not end where it says");
    }
  }

  private String readName(int end) {
    int start = in.position();
    int position = start;
    while (position < end && bytes[position] != 0) {
      position++;
    }
    if (position >= end) {
      throw malformed("a name does not end");
    }
    in.position(position + 1);
    return decode(start, position - start);
  }

  private String decode(int start, int length) {
    try {
      ByteBuffer text = ByteBuffer.wrap(bytes, start, length);
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      throw malformed("a text or a name is not UTF-8");
    }
  }

  /** Reads the length of the item at this position and returns its end. */
  private int readLength(int end) {
    int start = in.position();
    int length = readInt(end);
    if (length < MIN_DOCUMENT_BYTES || length > end - start) {
      throw malformed("a document has a length that it cannot have");
    }
    return start + length;
  }

  /** Like {@link #readLength}, for an item that must end at the end of the input. */
  private int readWholeLength() {
    int end = readLength(bytes.length);
    if (end != bytes.length) {
      throw malformed("something follows it");
    }
    return end;
  }

  private int readInt(int end) {
    require(4, end);
    return in.getInt();
  }

  private byte readByte(int end) {
    require(1, end);
    return in.get();
  }

  private void skip(long count, int end) {
    require(count, end);
    in.position((int) (in.position() + count));
  }

  private void require(long count, int end) {
    if (count < 0 || count > end - in.position()) {
      throw malformed("it ends too early");
    }
  }

  private void checkEnd(int end) {
    if (in.position() != end) {
      throw malformed("a document does not end where it says");
    }
  }

  private static void checkSize(long size, ValueLimits limits) {
    if (size > limits.maxBytes()) {
      throw BsonText.tooLarge(limits.maxBytes());
    }
  }

  private static InvalidInputException duplicate(String name) {
    return malformed("it has two members named '" + BsonText.shown(name) + "' in one document");
  }

  private static InvalidInputException malformed(String problem) {
    return BsonText.invalid("The body is not the BSON that it should be: " + problem);
  }
}
