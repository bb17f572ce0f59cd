package dev.kvstore.http.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.Names;
import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.limits.Load;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.bson.BsonDocument;
import org.bson.BsonType;

/** Parses the bodies of requests within the limits. Thread-safe. */
public record RequestBodies(JsonTranscoder transcoder, ValueLimits limits, int maxBatchBytes) {
  /** The maximum size of a counter's body, which is a number and its name. */
  public static final int MAX_COUNTER_BYTES = 1024;

  /** The maximum size of the body of a history request, which is a few names and a comment. */
  public static final int MAX_REQUEST_BYTES = 16 * 1024;

  /** The maximum number of members of a batch; more would keep the database busy for long. */
  private static final int MAX_MEMBERS = 100_000;

  /** The overhead of a document around a value, and of some whitespace around JSON. */
  private static final int SLACK_BYTES = 1024;

  /** Returns a copy without the limits of values. */
  public RequestBodies withoutValueLimits() {
    ValueLimits none = new ValueLimits(15 * 1024 * 1024, 150);
    return new RequestBodies(new JsonTranscoder(none), none, maxBatchBytes);
  }

  /** Returns the maximum size of a body that is a value. */
  public int maxValueBytes() {
    return Load.JSON_GROWTH * limits.maxBytes() + SLACK_BYTES;
  }

  /** Returns the value in the body: any JSON value, or a BSON document {@code {value: …}}. */
  public RawValue value(RequestContext context) throws IOException {
    if (Format.ofBody(context.request()) == Format.BSON) {
      return BsonValues.checked(read(context, limits.maxBytes() + SLACK_BYTES), limits);
    }
    return jsonValue(context);
  }

  public RawValue mergePatch(RequestContext context) throws IOException {
    Format.requireMergePatch(context.request());
    return jsonValue(context);
  }

  private RawValue jsonValue(RequestContext context) throws IOException {
    try (InputStream body = open(context, maxValueBytes())) {
      return json(body, parser -> value(context.request().getContentLengthLong(), parser));
    }
  }

  private RawValue value(long length, JsonParser parser) throws IOException {
    try {
      return transcoder.read(parser);
    } catch (InvalidInputException e) {
      throw e.code() == ErrorCode.TOO_LARGE
          ? tooLarge("The value has " + (length < 0 ? "so many" : length) + " bytes of JSON", e)
          : e;
    }
  }

  /**
   * Explains the limit, which is that of BSON; BSON can be several times as long as the JSON that
   * was sent.
   */
  private InvalidInputException tooLarge(String sent, InvalidInputException cause) {
    return new InvalidInputException(
        ErrorCode.TOO_LARGE,
        sent + ", which take more than " + limits.maxBytes()
            + " bytes as BSON, in which values are stored: that is the most there can be",
        cause);
  }

  /** Returns the members of the body as values by key. */
  public Map<String, RawValue> values(RequestContext context) throws IOException {
    Format format = Format.ofBody(context.request());
    try (InputStream body = open(context, maxBatchBytes)) {
      Map<String, RawValue> values = members(format, body);
      values.keySet().forEach(Names::checkKey);
      return values;
    }
  }

  /** Returns the body as a document. */
  public BsonDocument document(RequestContext context) throws IOException {
    BsonDocument document = new BsonDocument();
    values(context).forEach((name, value) -> document.put(name, BsonValues.toBsonValue(value)));
    return document;
  }

  /** Returns the member {@code by} of the body, or 1 if it is absent. */
  public long increment(RequestContext context) throws IOException {
    byte[] body = read(context, MAX_COUNTER_BYTES);
    if (body.length == 0) {
      return 1;
    }
    Map<String, RawValue> members = countersMembers(context, body);
    if (members.isEmpty()) {
      return 1;
    }
    RawValue by = members.get("by");
    OptionalLong number =
        by == null || members.size() > 1 ? OptionalLong.empty() : BsonValues.wholeNumber(by);
    return number.orElseThrow(() -> notACounter(
        by == null
            ? "it has no member 'by'"
            : members.size() > 1
                ? "it has other members than 'by'"
                : "'by' is " + BsonValues.typeName(by) + ", not a whole number of 64 bits"));
  }

  private Map<String, RawValue> countersMembers(RequestContext context, byte[] body)
      throws IOException {
    Format format = Format.ofBody(context.request());
    if (format == Format.JSON) {
      RawValue value = json(new ByteArrayInputStream(body), transcoder::read);
      if (value.typeNumber() != BsonType.DOCUMENT.getValue()) {
        throw notACounter("it is " + BsonValues.typeName(value) + ", not an object");
      }
    }
    return members(format, new ByteArrayInputStream(body));
  }

  private static InvalidInputException notACounter(String problem) {
    return new InvalidInputException(
        ErrorCode.INVALID_VALUE,
        "The body of a counter must be an object with what to add, as in {\"by\": 5}, or empty, which"
            + " adds 1; " + problem);
  }

  private Map<String, RawValue> members(Format format, InputStream body) throws IOException {
    if (format == Format.BSON) {
      return BsonValues.members(body.readAllBytes(), limits, MAX_MEMBERS);
    }
    return json(body, this::members);
  }

  /** Reads a body that is exactly one JSON text. */
  private <T> T json(InputStream body, JsonReader<T> reader) throws IOException {
    try (JsonParser parser = transcoder.factory().createParser(body)) {
      T result = reader.read(parser);
      if (parser.nextToken() != null) {
        throw new InvalidInputException(
            ErrorCode.INVALID_JSON, "The body goes on after the end of its JSON");
      }
      return result;
    } catch (JsonProcessingException | CharacterCodingException e) {
      throw JsonTranscoder.failure(e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Map<String, RawValue> members(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new InvalidInputException(
          ErrorCode.INVALID_VALUE, "The body must be an object with a member for each value");
    }
    Map<String, RawValue> values = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      if (values.size() == MAX_MEMBERS) {
        throw new InvalidInputException(
            ErrorCode.TOO_LARGE, "The body has more than " + MAX_MEMBERS + " members");
      }
      String name = parser.currentName();
      parser.nextToken();
      values.put(name, member(name, parser));
    }
    return values;
  }

  private RawValue member(String name, JsonParser parser) {
    long start = parser.currentTokenLocation().getCharOffset();
    try {
      return transcoder.read(parser);
    } catch (InvalidInputException e) {
      Names.checkKey(name);
      if (e.code() == ErrorCode.TOO_LARGE) {
        long read = parser.currentLocation().getCharOffset() - start;
        throw tooLarge(
            "The value of key '" + name + "' has more than " + read + " characters of JSON", e);
      }
      throw new InvalidInputException(e.code(), "Key '" + name + "': " + e.getMessage(), e);
    }
  }

  private static byte[] read(RequestContext context, int maxBytes) throws IOException {
    try (InputStream body = open(context, maxBytes)) {
      return body.readAllBytes();
    }
  }

  private static InputStream open(RequestContext context, int maxBytes) {
    long length = context.request().getContentLengthLong();
    if (length > maxBytes) {
      throw tooLarge(length, maxBytes);
    }
    if (context.bodySize() > maxBytes) {
      throw new ProblemException(
          ErrorKind.TOO_LARGE,
          "The body is larger than " + maxBytes + " bytes, the most there can be");
    }
    return context.body();
  }

  public static ProblemException tooLarge(long bytes, long maxBytes) {
    return new ProblemException(
        ErrorKind.TOO_LARGE,
        "The body has " + bytes + " bytes, more than " + maxBytes + ", the most there can be");
  }

  private interface JsonReader<T> {
    T read(JsonParser parser) throws IOException;
  }
}
