package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KVType;
import dev.kvstore.TypeMismatchException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

interface TypeContract extends StoreFixture {
  /** A record with members of many types. */
  record Settings(
      String name,
      int retries,
      @Nullable Long limit,
      BigDecimal rate,
      Duration timeout,
      Set<DayOfWeek> days,
      Map<String, List<Optional<Double>>> weights,
      @Nullable Settings fallback) {}

  KVType<Map<String, List<Settings>>> NESTED = new KVType<>() {};

  @ParameterizedTest
  @MethodSource("scalars")
  default void scalar_comesBackEqual(Object value) {
    store().set("k", value);
    assertThat(store().get("k", KVType.ofValue(value))).isEqualTo(value);
  }

  static List<Object> scalars() {
    return List.of(
        "",
        "dark",
        "\u0000\uFFFF😀",
        true,
        (byte) -1,
        (short) 300,
        42,
        Integer.MIN_VALUE,
        42L,
        Long.MAX_VALUE,
        0.1f,
        0.1,
        -0.0,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.MIN_VALUE,
        'x',
        new BigInteger("12345678901234567890"),
        new BigDecimal("12.50"),
        new BigDecimal("1E+400"),
        UUID.fromString("01234567-89ab-cdef-0123-456789abcdef"),
        new ObjectId("0123456789abcdef01234567"),
        new byte[] {0, 1, -1},
        DayOfWeek.FRIDAY,
        Instant.parse("2026-01-02T03:04:05.678Z"),
        Instant.parse("2026-01-02T03:04:05.678901234Z"),
        Instant.EPOCH,
        LocalDate.of(2026, 2, 28),
        LocalTime.of(23, 59, 59, 1),
        LocalDateTime.of(2026, 2, 28, 1, 2),
        OffsetDateTime.parse("2026-01-02T03:04:05+05:30"),
        ZonedDateTime.parse("2026-07-02T03:04:05+02:00[Europe/Paris]"),
        Duration.ofMillis(-1500),
        Period.ofMonths(14),
        ZoneId.of("Asia/Kolkata"));
  }

  @Test
  default void nested_comesBackEqual() {
    Settings inner =
        new Settings("", 0, null, BigDecimal.ZERO, Duration.ZERO, Set.of(), Map.of(), null);
    Settings outer = new Settings(
        "outer",
        3,
        1L << 60,
        new BigDecimal("0.10"),
        Duration.ofDays(1),
        Set.of(DayOfWeek.MONDAY),
        Map.of("$w.x", List.of(Optional.of(1.5), Optional.empty())),
        inner);
    Map<String, List<Settings>> value =
        Map.of("$set", List.of(outer, inner), "", List.of(), "a.b", List.of(inner));
    store().set("k", value);
    assertThat(store().get("k", NESTED)).isEqualTo(value);
  }

  @Test
  default void hostileMemberNames_comeBackEqual() {
    Map<String, Object> value = new LinkedHashMap<>();
    for (String name : List.of(
        "$", "$set", "$$", "＄", "＄$", "$＄", "", ".", "a.b", "_id", "$ref", "$id", "value", "0", "א",
        "😀")) {
      value.put(name, Map.of(name, List.of(Map.of(name, 1))));
    }
    store().set("k", value);
    assertThat(store().get("k", Object.class)).isEqualTo(value);
    assertThat(store().getAll("", Object.class)).containsEntry("k", value);
    assertThat(((Map<?, ?>) store().find("k", Map.class).orElseThrow()).keySet().toArray())
        .isEqualTo(value.keySet().toArray());
  }

  @Test
  default void containers_areUnmodifiable() {
    store().set("k", Map.of("list", List.of(1)));
    Map<?, ?> read = store().find("k", Map.class).orElseThrow();
    assertThatThrownBy(read::clear).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(((List<?>) Objects.requireNonNull(read.get("list")))::clear)
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  default void numbers_convertWhereNothingIsLost() {
    store().set("k", 3.0);
    assertThat(store().get("k", Integer.class)).isEqualTo(3);
    assertThat(store().get("k", BigDecimal.class)).isEqualByComparingTo("3");
    store().set("k", 7);
    assertThat(store().get("k", Long.class)).isEqualTo(7);
    assertThat(store().get("k", Double.class)).isEqualTo(7.0);
  }

  @ParameterizedTest
  @MethodSource("mismatches")
  default void wrongType_throws_namingKeyAndTypes(Object value, Class<?> wanted) {
    store().set("the.key", value);
    assertThatThrownBy(() -> store().get("the.key", wanted))
        .isInstanceOfSatisfying(TypeMismatchException.class, e -> {
          assertThat(e.key()).isEqualTo("the.key");
          assertThat(e.wantedType()).isEqualTo(wanted.getTypeName());
        })
        .hasMessageContainingAll("the.key", wanted.getTypeName())
        .hasMessageNotContaining(value.toString());
  }

  static List<Object[]> mismatches() {
    return List.of(
        new Object[] {"secret", Integer.class},
        new Object[] {"42", Integer.class},
        new Object[] {421_421, String.class},
        new Object[] {3.525, Integer.class},
        new Object[] {1L << 40, Integer.class},
        new Object[] {(1L << 53) + 1, Double.class},
        new Object[] {"true", Boolean.class},
        new Object[] {List.of("secret"), String.class},
        new Object[] {Map.of("secret", 421), Settings.class},
        new Object[] {"NODAY", DayOfWeek.class},
        new Object[] {Date.from(Instant.ofEpochMilli(5)), String.class});
  }

  @Test
  default void text_isANumberOnlyWhereLeniencyIsAskedFor() {
    store().set("k", "42");
    assertThat(store().get("k", KVType.of(Integer.class).lenient())).isEqualTo(42);
  }
}
