package dev.kvstore.internal.mapping;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.kvstore.Durations;
import dev.kvstore.internal.bson.BsonText;
import java.io.File;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
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
import java.util.Date;
import java.util.Locale;
import java.util.TimeZone;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Dates, times and paths, which Jackson reads leniently; a {@code @JsonFormat} is left to it. */
@SuppressWarnings("JavaUtilDate") // applications use it
final class TextTypes {
  /** The format that {@link Year#parse} reads, which differs from that of {@link Year#toString}. */
  private static final DateTimeFormatter YEAR = DateTimeFormatter.ofPattern("uuuu", Locale.ROOT);

  private static final DateTimeFormatter YEAR_MONTH =
      DateTimeFormatter.ofPattern("uuuu-MM", Locale.ROOT);

  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");

  private TextTypes() {}

  static void addTo(SimpleModule module) {
    Registry types = new Registry(module);
    addInstants(types);
    addDates(types);
    addZones(types);
    types.text(Path.class, TextTypes::path, Path::of);
    types.text(File.class, File::getPath, File::new);
    types.text(Pattern.class, TextTypes::pattern, Pattern::compile);
    types.text(InetAddress.class, InetAddress::getHostAddress, TextTypes::address);
    types.text(InetSocketAddress.class, TextTypes::text, TextTypes::socketAddress);
  }

  private static void addInstants(Registry types) {
    types.add(
        Instant.class,
        (value, out) -> out.writeString(value.toString()),
        (parser, lenient) -> instant(parser),
        true);
    types.add(Date.class, TextTypes::writeDate, (parser, lenient) -> date(instant(parser)), true);
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
      throw BsonText.invalid(
          "The value has a " + value.getClass().getName() + ": use a type of java.time");
    }
    out.writeEmbeddedObject(value);
  }

  private static void addDates(Registry types) {
    types.time(LocalDate.class, LocalDate::toString, LocalDate::parse);
    types.time(LocalTime.class, LocalTime::toString, LocalTime::parse);
    types.time(LocalDateTime.class, LocalDateTime::toString, LocalDateTime::parse);
    types.time(OffsetDateTime.class, OffsetDateTime::toString, OffsetDateTime::parse);
    types.time(OffsetTime.class, OffsetTime::toString, OffsetTime::parse);
    types.time(ZonedDateTime.class, ZonedDateTime::toString, ZonedDateTime::parse);
    types.time(Duration.class, Duration::toString, Durations::parse);
    types.text(Period.class, Period::toString, Period::parse);
    types.time(Year.class, YEAR::format, Year::parse);
    types.time(YearMonth.class, YEAR_MONTH::format, YearMonth::parse);
    types.time(MonthDay.class, MonthDay::toString, MonthDay::parse);
  }

  private static void addZones(Registry types) {
    types.text(ZoneId.class, ZoneId::getId, ZoneId::of);
    types.text(ZoneOffset.class, ZoneOffset::getId, ZoneOffset::of);
    types.text(TimeZone.class, TextTypes::id, TextTypes::timeZone);
  }

  private static String id(TimeZone zone) {
    if (!TimeZone.getTimeZone(zone.getID()).equals(zone)) {
      throw BsonText.invalid(
          "The value has a time zone with rules of its own: use one that its ID stands for");
    }
    return zone.getID();
  }

  /** Returns the time zone; null for an unknown id, which the JDK would treat as GMT. */
  private static @Nullable TimeZone timeZone(String id) {
    TimeZone zone = TimeZone.getTimeZone(id);
    return zone.getID().equals("GMT") && !id.equals("GMT") ? null : zone;
  }

  private static String pattern(Pattern pattern) {
    if (Pattern.compile(pattern.pattern()).flags() != pattern.flags()) {
      throw BsonText.invalid(
          "The value has a Pattern with flags, which its text does not show: write them into it,"
              + " as in (?i)");
    }
    return pattern.pattern();
  }

  private static String path(Path path) {
    if (path.getFileSystem() != FileSystems.getDefault()) {
      throw BsonText.invalid(
          "The value has a path of another file system than the default one: store its URI");
    }
    return path.toString();
  }

  /** Parses a numeric address; never looks up a name. */
  private static @Nullable InetAddress address(String text) {
    // The JDK never looks up a text with a colon.
    if (text.indexOf(':') < 0 && !IPV4.matcher(text).matches()) {
      return null;
    }
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  private static String text(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    String host = ip == null ? address.getHostString() : ip.getHostAddress();
    return (ip instanceof Inet6Address ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  private static @Nullable InetSocketAddress socketAddress(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      return null;
    }
    String host = text.substring(0, colon);
    int port = Integer.parseInt(text, colon + 1, text.length(), 10);
    boolean isIpv6 = host.startsWith("[") && host.endsWith("]");
    InetAddress ip = address(isIpv6 ? host.substring(1, host.length() - 1) : host);
    if (ip != null) {
      return isIpv6 == ip instanceof Inet6Address ? new InetSocketAddress(ip, port) : null;
    }
    return isIpv6 || host.indexOf(':') >= 0 ? null : InetSocketAddress.createUnresolved(host, port);
  }

  private record Registry(SimpleModule module) {
    <T> void text(
        Class<T> type, Function<T, String> format, Function<String, ? extends @Nullable T> parse) {
      text(type, format, parse, false);
    }

    /** Like {@link #text}, for a type that supports {@code @JsonFormat}. */
    <T> void time(
        Class<T> type, Function<T, String> format, Function<String, ? extends @Nullable T> parse) {
      text(type, format, parse, true);
    }

    private <T> void text(
        Class<T> type,
        Function<T, String> format,
        Function<String, ? extends @Nullable T> parse,
        boolean formattable) {
      add(
          type,
          (value, out) -> out.writeString(format.apply(value)),
          (parser, lenient) -> {
            String text = ScalarTypes.text(parser);
            return text == null ? null : parse.apply(text);
          },
          formattable);
    }

    <T> void add(
        Class<T> type,
        ExactSerializer.Writing<T> writing,
        ExactDeserializer.Reading<T> reading,
        boolean formattable) {
      module.addSerializer(type, new ExactSerializer<>(type, writing, formattable));
      module.addDeserializer(type, new ExactDeserializer<>(type, reading, null, formattable));
    }
  }
}
