package dev.kvstore.cli.commands;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonPointer;
import dev.kvstore.InvalidInputException;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.transfer.Values;
import java.math.BigDecimal;
import java.util.stream.IntStream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A condition on one part of a value.
 *
 * @param wanted as JSON shows it: numbers are compared as numbers, members in any order
 * @param text as it was given
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6901">RFC 6901, JSON Pointer</a>
 */
record PointerCondition(JsonPointer pointer, BsonValue wanted, String text) {
  boolean holdsFor(BsonValue value) {
    BsonValue found = at(value);
    return found != null && isSame(found, wanted);
  }

  private @Nullable BsonValue at(BsonValue value) {
    BsonValue found = value;
    for (JsonPointer rest = pointer; found != null && !rest.matches(); rest = rest.tail()) {
      found = child(found, rest);
    }
    return found;
  }

  private static @Nullable BsonValue child(BsonValue value, JsonPointer pointer) {
    if (value.isDocument()) {
      return value.asDocument().get(pointer.getMatchingProperty());
    }
    int index = pointer.getMatchingIndex();
    boolean isThere = value.isArray() && index >= 0 && index < value.asArray().size();
    return isThere ? value.asArray().get(index) : null;
  }

  private static boolean isSame(BsonValue one, BsonValue other) {
    if (one.isDocument() && other.isDocument()) {
      BsonDocument members = other.asDocument();
      return one.asDocument().size() == members.size()
          && one.asDocument().entrySet().stream().allMatch(member -> {
            BsonValue same = members.get(member.getKey());
            return same != null && isSame(member.getValue(), same);
          });
    }
    if (one.isArray() && other.isArray()) {
      BsonArray items = other.asArray();
      return one.asArray().size() == items.size()
          && IntStream.range(0, items.size())
              .allMatch(i -> isSame(one.asArray().get(i), items.get(i)));
    }
    String json = json(one);
    String otherJson = json(other);
    return json.equals(otherJson)
        || (isNumber(one, json)
            && isNumber(other, otherJson)
            && new BigDecimal(json).compareTo(new BigDecimal(otherJson)) == 0);
  }

  /** Infinities and NaN are text in JSON. */
  private static boolean isNumber(BsonValue value, String json) {
    return value.isNumber() && !json.startsWith("\"");
  }

  private static String json(BsonValue value) {
    return Values.json(BsonValues.ofBsonValue(value));
  }

  static final class Converter implements ITypeConverter<PointerCondition> {
    @Override
    public PointerCondition convert(String text) {
      int equals = text.indexOf('=');
      if (equals < 0) {
        throw new TypeConversionException("a pointer and its value look like /http/port=80");
      }
      try {
        return new PointerCondition(
            JsonPointer.compile(text.substring(0, equals)),
            BsonValues.toBsonValue(Values.ofJson(text.substring(equals + 1).getBytes(UTF_8))),
            text);
      } catch (InvalidInputException e) {
        throw new TypeConversionException("the value after = is not JSON: " + e.getMessage()
            + "; text needs quotes: '/theme=\"dark\"'");
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("a JSON Pointer is empty or begins with /");
      }
    }
  }
}
