package dev.kvstore.bson;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVType;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * Java values to BSON and back, through Jackson and its annotations, without a loss: what a type
 * holds comes back equal when it is read as that type, and what cannot be kept is refused.
 * Thread-safe. It holds on to the types that were read with it.
 */
public final class BsonCodec {
  private final ObjectMapper mapper;
  private final ObjectWriter writer;
  private final ValueLimits limits;
  private final ConcurrentMap<KVType<?>, ObjectReader> readers = new ConcurrentHashMap<>();

  private BsonCodec(ObjectMapper mapper, ValueLimits limits) {
    this.mapper = mapper;
    this.writer = mapper.writer();
    this.limits = limits;
  }

  /** Returns a codec with Jackson as it comes and {@link ValueLimits#DEFAULT}. */
  public static BsonCodec create() {
    return create(new JsonMapper(), ValueLimits.DEFAULT);
  }

  /**
   * Returns a codec that maps as this mapper does, which is copied: its modules, naming and
   * annotations count. Numbers, text, dates and identifiers get their BSON types all the same, and
   * settings by which Jackson would lose something in silence, such as ignoring unknown members,
   * are turned off; an annotation at a class can still ask for them.
   */
  public static BsonCodec create(ObjectMapper applications, ValueLimits limits) {
    return new BsonCodec(Mappers.exact(applications), limits);
  }

  /**
   * Returns the value as BSON.
   *
   * @throws InvalidInputException with {@link ErrorCode#TOO_LARGE} if it is larger than the limit;
   *     with {@link ErrorCode#INVALID_VALUE} if it is nested too deeply or in itself, or has
   *     something that cannot be stored without loss
   */
  public RawValue encode(@Nullable Object value) {
    BsonGenerator out = new BsonGenerator(limits, mapper);
    try {
      writer.writeValue(out, value);
      return out.value();
    } catch (IOException | RuntimeException e) {
      throw unstorable(out, value, e);
    } catch (StackOverflowError e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_VALUE, "The value refers to itself without an end");
    }
  }

  private static InvalidInputException unstorable(
      BsonGenerator out, @Nullable Object value, Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvalidInputException invalid) {
        return invalid;
      }
    }
    String type = value == null ? "null" : value.getClass().getTypeName();
    String at = failure instanceof JsonMappingException mapping
        ? BsonText.at(mapping.getPath())
        : BsonText.at(out.getOutputContext());
    String why =
        failure instanceof InvalidDefinitionException definition && definition.getType() != null
            ? "Jackson finds no way to write a "
                + definition.getType().getRawClass().getTypeName()
            : "writing it failed with " + root(failure).getClass().getTypeName();
    // Without the cause: its message may quote the value.
    return new InvalidInputException(
        ErrorCode.INVALID_VALUE, "A " + type + " cannot be stored: " + why + at);
  }

  private static Throwable root(Throwable failure) {
    return failure instanceof JsonMappingException && failure.getCause() != null
        ? root(failure.getCause())
        : failure;
  }

  /**
   * Returns the value as that type; null where null is stored, or what the type has in its place,
   * such as an empty Optional. Containers are unmodifiable.
   *
   * @param key named in the error
   * @throws TypeMismatchException if it cannot become the type without losing something; the error
   *     says where, and quotes nothing of the value
   */
  public <T> @Nullable T decode(String key, RawValue value, KVType<T> type) {
    try (BsonParser parser = new BsonParser(value, mapper)) {
      ObjectReader reader = reader(type);
      T result = reader.readValue(parser);
      if (parser.nextToken() != null) {
        throw DecodeFailure.of(key, value, type, null);
      }
      return result;
    } catch (IOException | RuntimeException e) {
      throw e instanceof TypeMismatchException mismatch
          ? mismatch
          : DecodeFailure.of(key, value, type, e);
    }
  }

  /**
   * Returns what people mean by the text where a value of that type is due: {@code 5s},
   * {@code true}, {@code DAYS}. For containers it is JSON: {@code [1, 2]}.
   *
   * @param key named in the error
   * @throws TypeMismatchException if it is none; the error does not quote the text
   */
  @SuppressWarnings("unchecked") // what was read as the type is of the type
  public <T> @Nullable T decodeText(String key, String text, KVType<T> type) {
    try {
      return (T) PlainText.read(mapper, text, mapper.constructType(type.type()));
    } catch (IOException | RuntimeException e) {
      RawValue value = BsonValues.ofBsonValue(new BsonString(text));
      throw DecodeFailure.of(key, value, type, e);
    }
  }

  private ObjectReader reader(KVType<?> type) {
    ObjectReader reader = readers.get(type);
    return reader != null ? reader : readers.computeIfAbsent(type, this::newReader);
  }

  private ObjectReader newReader(KVType<?> type) {
    ObjectReader reader = mapper.readerFor(mapper.constructType(type.type()));
    return type.isLenient() ? reader.withAttribute(ExactDeserializer.LENIENT, true) : reader;
  }
}
