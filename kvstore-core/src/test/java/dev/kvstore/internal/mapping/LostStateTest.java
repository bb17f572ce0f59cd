package dev.kvstore.internal.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonKey;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVDate;
import dev.kvstore.KVType;
import dev.kvstore.TypeMismatchException;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.ZonedDateTime;
import java.time.chrono.JapaneseDate;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.SimpleTimeZone;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests that a value is read back equal or refused when it is written. */
class LostStateTest {
  private static final byte[] IPV6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  private final BsonCodec codec = BsonCodec.create();

  record Point(int x, int y) {}

  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  static final class Worker extends Thread {}

  record Holder(Object value) {}

  static final class Trim implements Function<String, String> {
    @Override
    public String apply(String text) {
      return text.strip();
    }
  }

  record Others(String known, @JsonAnySetter Map<String, Object> others) {}

  record Spread(String known, @JsonAnySetter @JsonAnyGetter Map<String, Object> others) {}

  static final class OthersField {
    @JsonAnySetter
    public Map<String, Object> others = Map.of("b", 1);
  }

  private static Properties withDefaults() {
    Properties defaults = new Properties();
    defaults.setProperty("a", "b");
    return new Properties(defaults);
  }

  static Stream<Arguments> refused() {
    Runnable lambda = () -> {};
    Supplier<String> supplier = () -> "x";
    return Stream.of(
            Pattern.compile("a", Pattern.CASE_INSENSITIVE),
            Pattern.compile("a", Pattern.LITERAL),
            Calendar.getInstance(),
            new GregorianCalendar(),
            lambda,
            supplier,
            Thread.currentThread(),
            new Worker(),
            new Object(),
            new Failure(),
            new IllegalStateException("x"),
            new Throwable().getStackTrace()[0],
            new BitSet(),
            new TreeMap<>(String.CASE_INSENSITIVE_ORDER),
            Collections.unmodifiableSortedSet(new TreeSet<String>(Comparator.reverseOrder())),
            new PriorityQueue<String>(Comparator.reverseOrder()),
            withDefaults(),
            Clock.systemUTC(),
            JapaneseDate.of(2026, 1, 2),
            new ByteArrayInputStream(new byte[1]),
            new SimpleTimeZone(1234, "My/Zone"),
            new LongAdder(),
            new AtomicIntegerArray(1),
            List.of(1).iterator(),
            Stream.of(1),
            IntStream.of(1),
            Runtime.getRuntime(),
            String.class.getModule(),
            Optional.of(Optional.empty()),
            Optional.of(OptionalInt.empty()),
            LostStateTest.class.getClassLoader(),
            new Trim(),
            new ReentrantLock(),
            new Socket(),
            Collections.singletonMap(null, 1),
            Map.of(new int[] {1}, 2),
            Map.of(new String[] {"a"}, 2),
            new Others("a", Map.of("b", 1)),
            new OthersField(),
            Map.of(new Point(1, 2), 3),
            Map.of(List.of(1), 2),
            Map.of(Path.of("a"), 2),
            Map.of(Optional.of(1), 2),
            Map.of(new Object(), 2),
            Map.of(new GregorianCalendar(), 2),
            Map.of(Pattern.compile("a"), 2))
        .flatMap(value ->
            Stream.of(arguments(value), arguments(new Holder(value)), arguments(List.of(value))));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatWouldBeLost_isRefused(Object value) {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> codec.encode(value))
        .satisfies(refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_VALUE));
  }

  static Stream<Arguments> kept() throws Exception {
    return Stream.of(
        arguments(InetAddress.getByAddress("db.example", new byte[] {10, 0, 0, 1})),
        arguments(InetAddress.getByAddress(IPV6)),
        arguments(
            new InetSocketAddress(InetAddress.getByAddress("a", new byte[] {10, 0, 0, 1}), 5)),
        arguments(new InetSocketAddress(InetAddress.getByAddress(IPV6), 5)),
        arguments(TimeZone.getTimeZone("Europe/Paris")),
        arguments(TimeZone.getTimeZone("GMT+2")),
        arguments(Locale.forLanguageTag("zh-Hant-TW")),
        arguments(Locale.forLanguageTag("de-DE-u-co-phonebk")),
        arguments(Locale.ROOT),
        arguments(Currency.getInstance("EUR")),
        arguments(new URL("https://example.net/a?b#c")),
        arguments(URI.create("urn:a:b")),
        arguments(new File("a/b")),
        arguments(InetSocketAddress.createUnresolved("db.example", 5)),
        arguments(ZonedDateTime.parse("2026-07-02T03:04:05+02:00[Europe/Paris]")),
        arguments(OffsetTime.parse("03:04+05:30")),
        arguments(Year.of(12345)),
        arguments(Period.of(1, 14, 40)),
        arguments(Date.from(Instant.ofEpochMilli(5))),
        arguments(Optional.of(Optional.of(1))));
  }

  @ParameterizedTest
  @MethodSource("kept")
  void whatIsKept_comesBackEqual(Object value) {
    KVType<?> type = value instanceof Optional
        ? new KVType<Optional<Optional<Integer>>>() {}
        : KVType.ofValue(value);
    assertThat((Object) codec.decode("key", codec.encode(value), type)).isEqualTo(value);
  }

  @Test
  void others_thatAreWritten_comeBack() {
    Spread spread = new Spread("a", Map.of("b", 1));
    assertThat(codec.decode("key", codec.encode(spread), KVType.of(Spread.class)))
        .isEqualTo(spread);
  }

  @Test
  void keyOfAMap_thatIsRefused_isNamed() {
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> codec.encode(Map.of(new int[] {1}, 2)))
        .withMessageStartingWith("A int[] as the key of a map");
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> codec.encode(Map.of("a", Collections.singletonMap(null, 1))))
        .withMessage("A null key of a map at '/a' cannot be stored");
  }

  @Test
  void address_isStoredByItsNumbers_andNoNameIsLookedUp() throws UnknownHostException {
    InetAddress named = InetAddress.getByAddress("nowhere.invalid", new byte[] {10, 0, 0, 1});
    assertThat(codec.decode("key", codec.encode(named), KVType.of(String.class)))
        .isEqualTo("10.0.0.1");
    for (String text : List.of("localhost", "10.0.0", "10.0.0.256", "1.2.3.4.5", "::g", "")) {
      assertThatExceptionOfType(TypeMismatchException.class)
          .isThrownBy(() -> codec.decode("key", codec.encode(text), KVType.of(InetAddress.class)));
    }
  }

  @Test
  void pattern_withFlagsInItsText_isKept() {
    for (String text : List.of("a+", "(?i)a+", "(?s:.)")) {
      Pattern back =
          codec.decode("key", codec.encode(Pattern.compile(text)), KVType.of(Pattern.class));
      assertThat(back)
          .extracting(Pattern::pattern, Pattern::flags)
          .containsExactly(text, Pattern.compile(text).flags());
    }
  }

  @Test
  void unknownTimeZone_isNotGmt() {
    assertThatExceptionOfType(TypeMismatchException.class)
        .isThrownBy(
            () -> codec.decode("key", codec.encode("Mars/Olympus"), KVType.of(TimeZone.class)));
  }

  record Name(@JsonKey String text) {}

  static Stream<Arguments> keys() {
    UUID uuid = new UUID(1, 2);
    return Stream.of(
        arguments(Map.of(TimeUnit.DAYS, 1), new KVType<Map<TimeUnit, Integer>>() {}),
        arguments(
            new EnumMap<>(Map.of(TimeUnit.DAYS, 1)), new KVType<EnumMap<TimeUnit, Integer>>() {}),
        arguments(Map.of(uuid, 1), new KVType<Map<UUID, Integer>>() {}),
        arguments(Map.of(1, 1), new KVType<Map<Integer, Integer>>() {}),
        arguments(Map.of(1L, 1), new KVType<Map<Long, Integer>>() {}),
        arguments(Map.of((short) 1, 1), new KVType<Map<Short, Integer>>() {}),
        arguments(Map.of(1.5, 1), new KVType<Map<Double, Integer>>() {}),
        arguments(Map.of(new BigDecimal("1.50"), 1), new KVType<Map<BigDecimal, Integer>>() {}),
        arguments(Map.of(true, 1), new KVType<Map<Boolean, Integer>>() {}),
        arguments(Map.of('x', 1), new KVType<Map<Character, Integer>>() {}),
        arguments(Map.of(Instant.EPOCH, 1), new KVType<Map<Instant, Integer>>() {}),
        arguments(Map.of(LocalDate.EPOCH, 1), new KVType<Map<LocalDate, Integer>>() {}),
        arguments(Map.of(URI.create("a:b"), 1), new KVType<Map<URI, Integer>>() {}),
        arguments(Map.of(Locale.GERMANY, 1), new KVType<Map<Locale, Integer>>() {}));
  }

  @ParameterizedTest
  @MethodSource("keys")
  void keys_thatAreReadBack_stay(Map<?, ?> map, KVType<?> type) {
    assertThat((Object) codec.decode("key", codec.encode(map), type)).isEqualTo(map);
    assertThat(codec.decode("key", codec.encode(new Holder(map)), KVType.of(Holder.class)))
        .isNotNull();
  }

  @Test
  void keys_withAKeyOfTheirOwn_stay() {
    assertThat(codec.decode(
            "key", codec.encode(Map.of(new Name("a"), 1)), new KVType<Map<String, Integer>>() {}))
        .isEqualTo(Map.of("a", 1));
  }

  record Comparables(Map<Comparable<?>, Integer> map) {}

  @Test
  void keys_ofAnInterface_goByWhatTheyAre() {
    assertThat(codec.encode(new Comparables(Map.of("a", 1)))).isNotNull();
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> codec.encode(new Comparables(Map.of(Path.of("a"), 1))));
  }

  record Times(Instant text, @KVDate Instant date, @KVDate List<Instant> dates) {}

  @Test
  void instant_isText_orADateWhereAskedFor() {
    Instant noon = Instant.parse("2026-01-02T12:00:00.123Z");
    Times times = new Times(noon, noon, Collections.singletonList(noon));
    assertThat(codec.decode("key", codec.encode(times), KVType.of(Times.class))).isEqualTo(times);
    assertThat(codec.decode("key", codec.encode(times), new KVType<Map<String, Object>>() {}))
        .isEqualTo(Map.of(
            "text", "2026-01-02T12:00:00.123Z",
            "date", Date.from(noon),
            "dates", List.of(Date.from(noon))));
    for (Object stored : List.of(noon, Date.from(noon))) {
      assertThat(codec.decode("key", codec.encode(stored), KVType.of(Instant.class)))
          .isEqualTo(noon);
    }
  }

  @Test
  void instant_finerThanADate_isRefusedWhereADateIsAskedFor() {
    Instant fine = Instant.parse("2026-01-02T12:00:00.123456Z");
    assertThatExceptionOfType(InvalidInputException.class)
        .isThrownBy(() -> codec.encode(new Times(fine, fine, List.of())))
        .withMessageContaining("'/date'");
    assertThat(codec.decode("key", codec.encode(fine), KVType.of(Instant.class)))
        .isEqualTo(fine);
    assertThat(codec.decode("key", codec.encode(fine), KVType.of(String.class)))
        .isEqualTo(fine.toString());
  }
}
