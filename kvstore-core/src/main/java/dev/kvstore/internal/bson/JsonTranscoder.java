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
 * Converts JSON text to BSON and back. Never rounds, see {@link JsonNumbers}. Types that JSON lacks
 * become text, and are read back as text. Thread-safe.
 */
public final class JsonTranscoder {
  private final ValueLimits limits;
  private final JsonFactory factory;

  public JsonTranscoder(ValueLimits limits) {
    this.limits = limits;
    this.factory = new StrictJsonFactory(limits);
  }

  /**
   * Returns a factory of parsers for strict JSON in UTF-8 that enforce the limits. {@link #failure}
   * converts their exceptions to errors for the user.
   */
  public JsonFactory factory() {
    return factory;
  }

  /**
   * Parses a text that is exactly one JSON value.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_JSON} if the text is not exactly
   *     one JSON value in UTF-8, or an object has duplicate names; with
   *     {@link ErrorCode#INVALID_VALUE} if it is nested too deeply, has a number that cannot be
   *     stored without loss, or has an unpaired surrogate; with {@link ErrorCode#TOO_LARGE} if it
   *     exceeds the limit
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
   * Reads the value at the current token, or the first value if the parser has not started; the
   * parser is left at the last token of the value. Throws the same errors as {@link #parse}; do not
   * use the parser after an error.
   *
   * @throws UncheckedIOException if the input of the parser fails
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
   * Returns the error for an exception of a parser of {@link #factory()}: an
   * {@link InvalidInputException} with line and column that does not quote the text, or an
   * {@link UncheckedIOException}.
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

  /** Writes the value as JSON; throws {@link UncheckedIOException} if the generator fails. */
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
