package dev.kvstore.internal.bson;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.util.List;

/** Checks text for BSON, and names places in a value for messages. */
public final class BsonText {
  private static final int MAX_SHOWN = 200;

  private BsonText() {}

  /** Returns true if the text has an unpaired surrogate, which has no UTF-8 encoding. */
  static boolean hasLoneSurrogate(CharSequence text) {
    for (int i = 0; i < text.length(); ) {
      int c = Character.codePointAt(text, i);
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        return true;
      }
      i += Character.charCount(c);
    }
    return false;
  }

  /** Returns the error for a value that cannot be stored. */
  public static InvalidInputException invalid(String message) {
    return new InvalidInputException(ErrorCode.INVALID_VALUE, message);
  }

  static InvalidInputException tooLarge(int maxBytes) {
    return new InvalidInputException(
        ErrorCode.TOO_LARGE, "The value takes more than " + maxBytes + " bytes of BSON");
  }

  /**
   * Returns the current place of the stream, as the end of a sentence; empty at the top of the
   * value.
   */
  public static String at(JsonStreamContext context) {
    return at(context.pathAsPointer());
  }

  public static String at(List<JsonMappingException.Reference> path) {
    JsonPointer pointer = JsonPointer.empty();
    for (JsonMappingException.Reference step : path) {
      if (step.getFieldName() != null) {
        pointer = pointer.appendProperty(step.getFieldName());
      } else if (step.getIndex() >= 0) {
        pointer = pointer.appendIndex(step.getIndex());
      }
    }
    return at(pointer);
  }

  private static String at(JsonPointer pointer) {
    return pointer.matches() ? "" : " at '" + shown(pointer.toString()) + "'";
  }

  /** Returns the name for a message: without control characters, and shortened. */
  public static String shown(String name) {
    StringBuilder shown = new StringBuilder();
    name.codePoints()
        .limit(MAX_SHOWN)
        .map(c ->
            Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
        .forEach(shown::appendCodePoint);
    return shown.length() < name.length() ? shown + "…" : shown.toString();
  }
}
