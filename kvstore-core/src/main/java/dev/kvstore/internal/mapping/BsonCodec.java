package dev.kvstore.internal.mapping;

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
import dev.kvstore.internal.bson.BsonGenerator;
import dev.kvstore.internal.bson.BsonParser;
import dev.kvstore.internal.bson.BsonText;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.ValueLimits;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Converts Java values to BSON and back with Jackson, without loss. Thread-safe; caches types. */
public final class BsonCodec {
  private final ValueLimits limits;
  private volatile @Nullable Mapping mapping;
  private final ConcurrentMap<KVType<?>, ObjectReader> readers = new ConcurrentHashMap<>();

  private BsonCodec(@Nullable Mapping mapping, ValueLimits limits) {
    this.mapping = mapping;
    this.limits = limits;
  }

  /** Returns a codec with Jackson's defaults and {@link ValueLimits#DEFAULT}. */
  public static BsonCodec create() {
    return create(null);
  }

  /** Returns {@link #create(ObjectMapper, ValueLimits)} with {@link ValueLimits#DEFAULT}. */
  public static BsonCodec create(@Nullable ObjectMapper applications) {
    return create(applications, ValueLimits.DEFAULT);
  }

  /**
   * Returns a codec that maps types like this mapper, which is copied: its modules, naming and
   * annotations apply. Numbers, text, dates and identifiers still get their BSON types, and
   * settings that lose data silently, such as ignoring unknown members, are turned off; annotations
   * on a class can still turn them on. Without a mapper, Jackson's defaults apply; it is then set
   * up on first use.
   */
  public static BsonCodec create(@Nullable ObjectMapper applications, ValueLimits limits) {
    return new BsonCodec(
        applications == null ? null : new Mapping(Mappers.exact(applications)), limits);
  }

  private record Mapping(ObjectMapper mapper, ObjectWriter writer, KnownMembers members) {
    Mapping(ObjectMapper mapper) {
      this(mapper, mapper.writer(), new KnownMembers(mapper));
    }
  }

  /**
   * The part of a value for which a type has members.
   *
   * @param value the value without members unknown to the type, and without {@code Optional} or
   *     nullable parts that have become empty
   * @param hasAny false if the value is not empty but has no member known to the type
   * @param unknown the places of the omitted members: {@code [0].port}, {@code .port}
   */
  public record Known(RawValue value, boolean hasAny, List<String> unknown) {}

  private Mapping mapping() {
    Mapping made = mapping;
    return made == null ? make() : made;
  }

  /**
   * Creates the mapping lazily, because loading Jackson's classes is slow and some programs need
   * none of them.
   */
  private synchronized Mapping make() {
    Mapping made = mapping;
    if (made == null) {
      made = new Mapping(Mappers.exact(new JsonMapper()));
      mapping = made;
    }
    return made;
  }

  /**
   * Returns the value as BSON. A {@link RawValue} is returned unchanged.
   *
   * @throws InvalidInputException with {@link ErrorCode#TOO_LARGE} if it is larger than the limit;
   *     with {@link ErrorCode#INVALID_VALUE} if it is nested too deeply, contains itself, or cannot
   *     be stored without loss
   */
  public RawValue encode(@Nullable Object value) {
    if (value instanceof RawValue raw) {
      return BsonValues.checked(raw.toByteArray(), limits);
    }
    Mapping jackson = mapping();
    BsonGenerator out = new BsonGenerator(limits, jackson.mapper());
    try {
      jackson.writer().writeValue(out, value);
      return out.value();
    } catch (IOException | RuntimeException e) {
      throw unstorable(out, value, e);
    } catch (StackOverflowError e) {
      throw BsonText.invalid("The value refers to itself without an end");
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
    // No cause: its message may quote the value.
    return BsonText.invalid("A " + type + " cannot be stored: " + why + at);
  }

  private static Throwable root(Throwable failure) {
    return failure instanceof JsonMappingException && failure.getCause() != null
        ? root(failure.getCause())
        : failure;
  }

  /**
   * Returns the value as this type; for a stored null, null or the type's own empty value, such as
   * an empty Optional. Containers are unmodifiable. A {@link RawValue} is returned bit for bit as
   * stored.
   *
   * @param key named in the error
   * @throws TypeMismatchException if it cannot become the type without loss; the message says
   *     where, and never quotes the value
   */
  @SuppressWarnings("unchecked") // T is RawValue
  public <T> @Nullable T decode(String key, RawValue value, KVType<T> type) {
    if (type.type() == RawValue.class) {
      return (T) value;
    }
    try (BsonParser parser = new BsonParser(value, mapping().mapper())) {
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
   * Returns the part of the value that the type knows, for {@link #decode}; places have this
   * separator.
   */
  public Known known(RawValue value, KVType<?> type, String separator) {
    if (!BsonValues.isContainer(value) || type.type() == RawValue.class) {
      return new Known(value, true, List.of());
    }
    Mapping jackson = mapping();
    return jackson.members().of(value, jackson.mapper().constructType(type.type()), separator);
  }

  /**
   * Parses text as people write values of this type: {@code 5s}, {@code true}, {@code DAYS}, and
   * JSON for containers: {@code [1, 2]}.
   *
   * @param place the place of the annotation with the text, for the error
   * @throws IllegalArgumentException if the text is not a value of the type; the message does not
   *     quote it
   */
  @SuppressWarnings("unchecked") // it was read as this type
  public <T> @Nullable T decodeDefault(String place, String text, KVType<T> type) {
    try {
      ObjectMapper mapper = mapping().mapper();
      return (T) PlainText.read(mapper, text, mapper.constructType(type.type()));
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(DecodeFailure.ofDefault(place, text, type.toString(), e));
    }
  }

  private ObjectReader reader(KVType<?> type) {
    ObjectReader reader = readers.get(type);
    return reader != null ? reader : readers.computeIfAbsent(type, this::newReader);
  }

  private ObjectReader newReader(KVType<?> type) {
    ObjectMapper mapper = mapping().mapper();
    ObjectReader reader = mapper.readerFor(mapper.constructType(type.type()));
    return type.isLenient() ? reader.withAttribute(ExactDeserializer.LENIENT, true) : reader;
  }
}
