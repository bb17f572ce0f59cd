package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.deser.std.DateDeserializers;
import com.fasterxml.jackson.databind.module.SimpleDeserializers;
import com.fasterxml.jackson.databind.module.SimpleSerializers;
import com.fasterxml.jackson.databind.ser.std.DateSerializer;
import com.fasterxml.jackson.datatype.jsr310.deser.DurationDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.InstantDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.LocalDateDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.LocalDateTimeDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.LocalTimeDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.MonthDayDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.OffsetTimeDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.YearDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.YearMonthDeserializer;
import com.fasterxml.jackson.datatype.jsr310.ser.DurationSerializer;
import com.fasterxml.jackson.datatype.jsr310.ser.LocalDateSerializer;
import com.fasterxml.jackson.datatype.jsr310.ser.LocalDateTimeSerializer;
import com.fasterxml.jackson.datatype.jsr310.ser.LocalTimeSerializer;
import com.fasterxml.jackson.datatype.jsr310.ser.MonthDaySerializer;
import com.fasterxml.jackson.datatype.jsr310.ser.OffsetDateTimeSerializer;
import com.fasterxml.jackson.datatype.jsr310.ser.OffsetTimeSerializer;
import com.fasterxml.jackson.datatype.jsr310.ser.YearMonthSerializer;
import com.fasterxml.jackson.datatype.jsr310.ser.YearSerializer;
import com.fasterxml.jackson.datatype.jsr310.ser.ZonedDateTimeSerializer;
import dev.kvstore.Durations;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.util.Date;
import java.util.TimeZone;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Dates, times and paths. Jackson's own reading of them forgives too much: it takes a date and time
 * for a date and drops the time, takes numbers, and makes relative paths absolute. A property with
 * a {@code @JsonFormat} of its own is left to it nevertheless.
 */
@SuppressWarnings("JavaUtilDate") // applications have it
final class TextTypes {
  /** As {@link Year#parse} reads it, which is not as {@link Year#toString} writes it. */
  private static final DateTimeFormatter YEAR = new DateTimeFormatterBuilder()
      .appendValue(ChronoField.YEAR, 4, 10, SignStyle.EXCEEDS_PAD)
      .toFormatter();

  private static final DateTimeFormatter YEAR_MONTH = new DateTimeFormatterBuilder()
      .append(YEAR)
      .appendLiteral('-')
      .appendValue(ChronoField.MONTH_OF_YEAR, 2)
      .toFormatter();

  private TextTypes() {}

  static void addTo(SimpleSerializers serializers, SimpleDeserializers deserializers) {
    Registry types = new Registry(serializers, deserializers);
    addInstants(types);
    addDates(types);
    addZones(types);
    types.text(Path.class, TextTypes::path, Path::of, null, null);
    types.text(File.class, File::getPath, File::new, null, null);
    types.text(Pattern.class, TextTypes::pattern, Pattern::compile, null, null);
    types.text(
        InetAddress.class, InetAddress::getHostAddress, InternetAddresses::ofLiteral, null, null);
    types.text(
        InetSocketAddress.class,
        InternetAddresses::toText,
        InternetAddresses::socketAddress,
        null,
        null);
  }

  private static void addInstants(Registry types) {
    types.serializers().addSerializer(Instant.class, new TextInstantSerializer());
    types.read(Instant.class, (parser, lenient) -> instant(parser), InstantDeserializer.INSTANT);
    types.add(
        Date.class,
        TextTypes::writeDate,
        (parser, lenient) -> date(instant(parser)),
        DateSerializer.instance,
        new DateDeserializers.DateDeserializer());
  }

  private static @Nullable Instant instant(JsonParser parser) throws IOException {
    String text = ScalarTypes.text(parser);
    if (text != null) {
      return DateTimeFormatter.ISO_INSTANT.parse(text, Instant::from);
    }
    Date date = ScalarTypes.embedded(parser, Date.class);
    return date == null ? null : date.toInstant();
  }

  private static @Nullable Date date(@Nullable Instant instant) {
    if (instant == null) {
      return null;
    }
    long millis = instant.toEpochMilli();
    return Instant.ofEpochMilli(millis).equals(instant) ? new Date(millis) : null;
  }

  private static void writeDate(Date value, JsonGenerator out) throws IOException {
    if (value.getClass() != Date.class) {
      throw new InvalidInputException(
          ErrorCode.INVALID_VALUE,
          "The value has a " + value.getClass().getName() + ": use a type of java.time");
    }
    out.writeEmbeddedObject(value);
  }

  private static void addDates(Registry types) {
    types.text(
        LocalDate.class,
        LocalDate::toString,
        LocalDate::parse,
        LocalDateSerializer.INSTANCE,
        LocalDateDeserializer.INSTANCE);
    types.text(
        LocalTime.class,
        LocalTime::toString,
        LocalTime::parse,
        LocalTimeSerializer.INSTANCE,
        LocalTimeDeserializer.INSTANCE);
    types.text(
        LocalDateTime.class,
        LocalDateTime::toString,
        LocalDateTime::parse,
        LocalDateTimeSerializer.INSTANCE,
        LocalDateTimeDeserializer.INSTANCE);
    types.text(
        OffsetDateTime.class,
        OffsetDateTime::toString,
        OffsetDateTime::parse,
        OffsetDateTimeSerializer.INSTANCE,
        InstantDeserializer.OFFSET_DATE_TIME);
    types.text(
        OffsetTime.class,
        OffsetTime::toString,
        OffsetTime::parse,
        OffsetTimeSerializer.INSTANCE,
        OffsetTimeDeserializer.INSTANCE);
    types.text(
        ZonedDateTime.class,
        ZonedDateTime::toString,
        ZonedDateTime::parse,
        ZonedDateTimeSerializer.INSTANCE,
        InstantDeserializer.ZONED_DATE_TIME);
    types.text(
        Duration.class,
        Duration::toString,
        Durations::parse,
        DurationSerializer.INSTANCE,
        DurationDeserializer.INSTANCE);
    types.text(Period.class, Period::toString, Period::parse, null, null);
    types.text(
        Year.class, YEAR::format, Year::parse, YearSerializer.INSTANCE, YearDeserializer.INSTANCE);
    types.text(
        YearMonth.class,
        YEAR_MONTH::format,
        YearMonth::parse,
        YearMonthSerializer.INSTANCE,
        YearMonthDeserializer.INSTANCE);
    types.text(
        MonthDay.class,
        MonthDay::toString,
        MonthDay::parse,
        MonthDaySerializer.INSTANCE,
        MonthDayDeserializer.INSTANCE);
  }

  private static void addZones(Registry types) {
    types.text(ZoneId.class, ZoneId::getId, ZoneId::of, null, null);
    types.text(ZoneOffset.class, ZoneOffset::getId, ZoneOffset::of, null, null);
    types.text(TimeZone.class, TextTypes::id, TextTypes::timeZone, null, null);
  }

  private static String id(TimeZone zone) {
    if (!TimeZone.getTimeZone(zone.getID()).equals(zone)) {
      throw new InvalidInputException(
          ErrorCode.INVALID_VALUE,
          "The value has a time zone with rules of its own: use one that its ID stands for");
    }
    return zone.getID();
  }

  /** The JDK takes every ID that it does not know for GMT. */
  private static @Nullable TimeZone timeZone(String id) {
    TimeZone zone = TimeZone.getTimeZone(id);
    return zone.getID().equals("GMT") && !id.equals("GMT") ? null : zone;
  }

  private static String pattern(Pattern pattern) {
    if (Pattern.compile(pattern.pattern()).flags() != pattern.flags()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_VALUE,
          "The value has a Pattern with flags, which its text does not show: write them into it,"
              + " as in (?i)");
    }
    return pattern.pattern();
  }

  private static String path(Path path) {
    if (path.getFileSystem() != FileSystems.getDefault()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_VALUE,
          "The value has a path of another file system than the default one: store its URI");
    }
    return path.toString();
  }

  private record Registry(SimpleSerializers serializers, SimpleDeserializers deserializers) {
    <T> void text(
        Class<T> type,
        Function<T, String> format,
        Function<String, ? extends @Nullable T> parse,
        @Nullable JsonSerializer<?> formattedOut,
        @Nullable JsonDeserializer<?> formattedIn) {
      add(
          type,
          (value, out) -> out.writeString(format.apply(value)),
          (parser, lenient) -> {
            String text = ScalarTypes.text(parser);
            return text == null ? null : parse.apply(text);
          },
          formattedOut,
          formattedIn);
    }

    <T> void read(
        Class<T> type,
        ExactDeserializer.Reading<T> reading,
        @Nullable JsonDeserializer<?> formattedIn) {
      deserializers.addDeserializer(
          type, new ExactDeserializer<>(type, reading, null, formattedIn));
    }

    <T> void add(
        Class<T> type,
        ExactSerializer.Writing<T> writing,
        ExactDeserializer.Reading<T> reading,
        @Nullable JsonSerializer<?> formattedOut,
        @Nullable JsonDeserializer<?> formattedIn) {
      serializers.addSerializer(type, new ExactSerializer<>(type, writing, formattedOut));
      read(type, reading, formattedIn);
    }
  }
}
