package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import dev.kvstore.KVException;
import dev.kvstore.KVType;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.internal.bson.BsonText;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Explains why a value could not be read. Jackson's exceptions are used neither for the message nor
 * as a cause, because they quote the value, which may be a secret. The message of an application's
 * exception is used if it does not quote a value.
 */
final class DecodeFailure {
  private static final String IS_NO = " is no ";

  private DecodeFailure() {}

  /** Thrown if a required member of an object is not stored. */
  static final class AbsentMemberException extends MismatchedInputException {
    private static final long serialVersionUID = 1L;

    AbsentMemberException(JsonParser parser, JavaType type) {
      super(parser, "A member is absent", type);
    }
  }

  /**
   * Thrown if a text is malformed. The message describes the expected format and does not quote the
   * text.
   */
  static final class MalformedTextException extends MismatchedInputException {
    private static final long serialVersionUID = 1L;

    MalformedTextException(JsonParser parser, String message, Class<?> type) {
      super(parser, message, type);
    }
  }

  /**
   * Thrown if the text of a {@code KVDefault} is not a value of its type. The message names the
   * annotation.
   */
  static final class WrongDefaultException extends JsonMappingException {
    private static final long serialVersionUID = 1L;

    WrongDefaultException(JsonParser parser, String message) {
      super(parser, message);
    }
  }

  /** Thrown if a constructor or factory of the application failed. */
  static final class RefusedException extends JsonMappingException {
    private static final long serialVersionUID = 1L;

    final Throwable refusal;
    final transient List<@Nullable Object> arguments;

    private RefusedException(
        DeserializationContext context, Throwable refusal, List<@Nullable Object> arguments) {
      super(context.getParser(), "Refused");
      this.refusal = refusal;
      this.arguments = arguments;
    }
  }

  /** Keeps the reason why a constructor refused a value, see {@link Refusals}. */
  static final class RefusalHandler extends DeserializationProblemHandler {
    @Override
    public Object handleInstantiationProblem(
        DeserializationContext context, Class<?> type, @Nullable Object argument, Throwable failure)
        throws RefusedException {
      Throwable refusal = failure.getCause();
      if (!(failure instanceof ValueInstantiationException) || refusal == null) {
        return NOT_HANDLED;
      }
      List<@Nullable Object> arguments = argument instanceof Object[] all
          ? Arrays.asList(all)
          : Collections.singletonList(argument);
      throw new RefusedException(context, refusal, arguments);
    }
  }

  static TypeMismatchException of(
      String key, RawValue value, KVType<?> type, @Nullable Exception failure) {
    return new TypeMismatchException(
        key, BsonValues.typeName(value), type.toString(), detail(value, failure), null);
  }

  /** Describes what is wrong with the text of the {@code KVDefault} at this place. */
  static String ofDefault(String place, String text, String type, Exception failure) {
    String detail = failure instanceof KVException own
        ? own.getMessage()
        : detail(BsonValues.ofBsonValue(new BsonString(text)), failure);
    return "@KVDefault of " + place + " cannot be read as " + type
        + (detail == null ? "" : ": " + detail);
  }

  private static @Nullable String detail(RawValue value, @Nullable Exception failure) {
    if (failure == null) {
      return null;
    }
    if (!(failure instanceof JsonMappingException mapping)) {
      return "reading it failed with " + failure.getClass().getName();
    }
    String at = BsonText.at(mapping.getPath());
    if (mapping instanceof AbsentMemberException) {
      return "nothing is stored" + at + ": store it, or make it Optional or @Nullable or give it a"
          + " @KVDefault";
    }
    if (mapping instanceof UnrecognizedPropertyException) {
      return "the type has no member" + at;
    }
    if (mapping instanceof WrongDefaultException) {
      return mapping.getOriginalMessage();
    }
    String what = at.isEmpty() ? "it" : found(value, mapping.getPath()) + at;
    if (mapping instanceof MalformedTextException) {
      return what + " " + mapping.getOriginalMessage();
    }
    String problem = mapping instanceof RefusedException refused
        ? " was refused" + reason(value, refused)
        : problem(mapping);
    // The message already names the stored and the wanted type.
    return at.isEmpty() && problem.startsWith(IS_NO) ? null : what + problem;
  }

  private static String reason(RawValue value, RefusedException refused) {
    List<@Nullable Object> known = new ArrayList<>(refused.arguments);
    known.add(value);
    return Refusals.reason(refused.refusal, known);
  }

  private static String problem(JsonMappingException failure) {
    Class<?> wanted = wanted(failure);
    if (failure instanceof InvalidDefinitionException && wanted != null) {
      return " cannot be read: Jackson finds no way to make a " + wanted.getTypeName();
    }
    Throwable cause = failure.getCause();
    if (cause != null) {
      return " was refused with " + cause.getClass().getName();
    }
    return IS_NO + (wanted == null ? "value that fits" : wanted.getTypeName());
  }

  private static @Nullable Class<?> wanted(JsonMappingException failure) {
    if (failure instanceof InvalidDefinitionException definition && definition.getType() != null) {
      return definition.getType().getRawClass();
    }
    return failure instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
  }

  /** Returns the type of the stored part at Jackson's path, as far as the path can be followed. */
  private static String found(RawValue value, List<JsonMappingException.Reference> path) {
    BsonValue found = BsonValues.toBsonValue(value);
    for (JsonMappingException.Reference step : path) {
      BsonValue next = null;
      if (found.isDocument() && step.getFieldName() != null) {
        next = found.asDocument().get(step.getFieldName());
      } else if (found.isArray()
          && step.getIndex() >= 0
          && step.getIndex() < found.asArray().size()) {
        next = found.asArray().get(step.getIndex());
      }
      if (next == null) {
        return "what is stored";
      }
      found = next;
    }
    return BsonValues.typeName(found.getBsonType());
  }
}
