package dev.kvstore.internal.transfer;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVEntry;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.bson.JsonTranscoder;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.bson.BsonType;
import org.jspecify.annotations.Nullable;

/**
 * Converts between stored values and JSON by the rules of the service, without rounding. Does not
 * check the limits of the service, which the service enforces itself.
 */
public final class Values {
  public static final ValueLimits LIMITS = new ValueLimits(15 * 1024 * 1024, 150);
  public static final JsonTranscoder JSON = new JsonTranscoder(LIMITS);

  private Values() {}

  /**
   * Parses a text that is exactly one JSON value.
   *
   * @throws InvalidInputException as {@link JsonTranscoder#parse} does
   */
  public static RawValue ofJson(byte[] json) {
    return JSON.parse(json);
  }

  /**
   * Returns the text as a value.
   *
   * @throws InvalidInputException if the text has an unpaired surrogate or is too long
   */
  public static RawValue ofText(String text) {
    return of(Node.Scalar.text(new Place(1, 1), text), JSON);
  }

  /**
   * Returns the value of a node.
   *
   * @throws InvalidInputException if it cannot be stored without loss
   */
  static RawValue of(Node node, JsonTranscoder transcoder) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator out = transcoder.factory().createGenerator(json)) {
      node.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return transcoder.parse(json.toByteArray());
  }

  /** Returns the value of an entry that was read as {@link RawValue#TYPE}. */
  public static RawValue of(KVEntry<RawValue> entry) {
    return Objects.requireNonNull(entry.value(), "null is a value, too");
  }

  /** Returns the value as a node, as it would be written in JSON. */
  public static Node node(RawValue value) {
    try {
      return JsonNodes.value(JSON.toJson(value), new Place(1, 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the text if the value is a string; null otherwise. */
  public static @Nullable String text(RawValue value) {
    return value.typeNumber() == BsonType.STRING.getValue()
        ? BsonValues.toBsonValue(value).asString().getValue()
        : null;
  }

  /** Returns true if two values have the same JSON form. */
  public static boolean same(RawValue one, RawValue other) {
    return one.equals(other) || json(one).equals(json(other));
  }

  /** Returns the value as JSON on one line. */
  public static String json(RawValue value) {
    return Generators.text(Generators::line, out -> JSON.write(value, out));
  }

  /** Returns the value as pretty-printed JSON, with a container on several lines. */
  public static String pretty(RawValue value) {
    return Generators.text(Generators::json, out -> JSON.write(value, out));
  }
}
