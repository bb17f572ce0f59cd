package dev.kvstore.internal.bson;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;

/**
 * JSON text to BSON and back. Nothing is rounded: an integer becomes an int32, int64 or Decimal128,
 * whichever is the smallest that fits; another number becomes a double where that says all that was
 * written, else a Decimal128. Dates, binary and the other types that JSON lacks become text, so
 * that what is read back from it is text. Thread-safe.
 */
public final class JsonTranscoder {
  private final ValueLimits limits;
  private final JsonFactory factory;

  public JsonTranscoder(ValueLimits limits) {
    this.limits = limits;
    this.factory = new StrictJsonFactory(limits);
  }

  /**
   * Returns a factory whose parsers take strict JSON in UTF-8 alone, find duplicate member names,
   * and are held to the limits. What they throw is turned into an error for the user by
   * {@link #failure}.
   */
  public JsonFactory factory() {
    return factory;
  }

  /**
   * Returns the one value that the text is.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_JSON} if the text is not exactly
   *     one JSON value in UTF-8, or has two members of one name in an object; with
   *     {@link ErrorCode#INVALID_VALUE} if it is nested too deeply, has a number that cannot be
   *     kept without loss, or text with half of a surrogate pair; with {@link ErrorCode#TOO_LARGE}
   */
  public RawValue parse(byte[] json) {
    try (JsonParser parser = factory.createParser(json)) {
      RawValue value = read(parser);
      if (parser.nextToken() != null) {
        throw new InvalidInputException(
            ErrorCode.INVALID_JSON,
            "Something follows the JSON value" + location(parser.currentLocation()));
      }
      return value;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /**
   * Returns the value that the parser is at, or comes to first if it has not begun; the parser is
   * left at the last token of the value. Errors are those of {@link #parse}; after one the parser
   * is of no more use.
   *
   * @throws UncheckedIOException if what the parser reads from fails
   */
  public RawValue read(JsonParser parser) {
    BsonGenerator out = new BsonGenerator(limits, null);
    try {
      if (parser.currentToken() == null && parser.nextToken() == null) {
        throw new InvalidInputException(
            ErrorCode.INVALID_JSON, "There is no JSON value" + location(parser.currentLocation()));
      }
      out.copyCurrentStructure(parser);
    } catch (IOException e) {
      throw failure(e);
    }
    return out.value();
  }

  /**
   * Returns the error for what a parser of {@link #factory()} has thrown: an
   * {@link InvalidInputException} where the text is to blame, with the line and column but nothing
   * of the text, or an {@link UncheckedIOException} where reading failed.
   */
  public static RuntimeException failure(IOException e) {
    if (e instanceof StreamConstraintsException) {
      return BsonText.invalid("The JSON text goes beyond a limit" + location(e));
    }
    if (e instanceof JsonEOFException) {
      return invalid("The JSON text ends too early" + location(e));
    }
    if (e instanceof JsonProcessingException json) {
      return malformed(json);
    }
    if (e instanceof CharacterCodingException || e instanceof CharConversionException) {
      return invalid("The JSON text is not UTF-8");
    }
    return new UncheckedIOException(e);
  }

  private static InvalidInputException malformed(JsonProcessingException e) {
    boolean duplicate = e.getOriginalMessage().startsWith("Duplicate");
    if (duplicate && e.getProcessor() instanceof JsonParser parser) {
      String name = String.valueOf(parser.getParsingContext().getCurrentName());
      return invalid("There is a duplicate member '" + BsonText.shown(name) + "'" + location(e));
    }
    return invalid("The text is not JSON" + location(e));
  }

  private static InvalidInputException invalid(String message) {
    return new InvalidInputException(ErrorCode.INVALID_JSON, message);
  }

  private static String location(IOException e) {
    return e instanceof JsonProcessingException json && json.getLocation() != null
        ? location(json.getLocation())
        : "";
  }

  private static String location(JsonLocation location) {
    return " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
  }

  /**
   * Writes the value as JSON, whatever its type.
   *
   * @throws UncheckedIOException if what the generator writes to fails
   */
  public void write(RawValue value, JsonGenerator out) {
    try (BsonParser parser = new BsonParser(value, null)) {
      JsonWriting.copy(parser, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the value as JSON text in UTF-8, see {@link #write}. */
  public byte[] toJson(RawValue value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(value.size() + 16);
    try (JsonGenerator out = factory.createGenerator(bytes)) {
      write(value, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
