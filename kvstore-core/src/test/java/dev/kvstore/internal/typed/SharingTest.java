package dev.kvstore.internal.typed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVType;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.RawValue;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SharingTest {
  record Limits(
      int most,
      Duration every,
      List<String> exceptions,
      @Nullable Limits then) {}

  record Counted(AtomicInteger count) {}

  record Copying(List<String> names) {
    Copying {
      names = new ArrayList<>(names);
    }
  }

  record Failing(String name) {
    @Override
    public String name() {
      throw new IllegalStateException();
    }
  }

  static class Mutable {
    public int number;
  }

  static Stream<Object> safe() {
    return Stream.of(
        "text",
        1,
        2L,
        0.5,
        true,
        'c',
        new BigDecimal("12.50"),
        new UUID(1, 2),
        Instant.EPOCH,
        ZoneId.of("Europe/Berlin"),
        DayOfWeek.MONDAY,
        Path.of("a"),
        Optional.empty(),
        Optional.of(1),
        List.of(1, "a", List.of()),
        Collections.unmodifiableMap(new HashMap<>(Map.of("a", Set.of(1)))),
        new Limits(1, Duration.ZERO, List.of("x"), new Limits(2, Duration.ZERO, List.of(), null)));
  }

  @ParameterizedTest
  @MethodSource("safe")
  void isSafe_whatNobodyCanModify(Object value) {
    assertThat(Sharing.isSafe(value)).isTrue();
  }

  static Stream<Object> unsafe() {
    return Stream.of(
        new byte[0],
        new int[] {1},
        new AtomicInteger(),
        new Mutable(),
        new ArrayList<>(),
        new HashMap<>(),
        new EnumMap<>(DayOfWeek.class),
        Optional.of(new ArrayList<>()),
        List.of(new AtomicInteger()),
        Map.of("a", new byte[0]),
        Collections.unmodifiableList(new ArrayList<>(List.of(new Mutable()))),
        new Counted(new AtomicInteger()),
        new Copying(List.of("a")),
        new Failing("a"));
  }

  @ParameterizedTest
  @MethodSource("unsafe")
  void isSafe_whatSomebodyCanModify_not(Object value) {
    assertThat(Sharing.isSafe(value)).isFalse();
  }

  static Stream<KVType<?>> interfaces() {
    return Stream.of(
        new KVType<List<String>>() {},
        new KVType<Set<String>>() {},
        new KVType<Iterable<String>>() {},
        KVType.of(Object.class));
  }

  @ParameterizedTest
  @MethodSource("interfaces")
  void isSafe_containersAsTheyAreDecoded(KVType<?> type) {
    assertThat(Sharing.isSafe(decoded(List.of("a", "b"), type))).isTrue();
  }

  @Test
  void isSafe_mapsAsTheyAreDecoded() {
    Map<String, Object> value = Map.of("a", List.of(1), "b", Map.of());

    assertThat(Sharing.isSafe(decoded(value, new KVType<Map<String, Object>>() {})))
        .isTrue();
    assertThat(Sharing.isSafe(decoded(value, new KVType<SortedMap<String, Object>>() {})))
        .isTrue();
    assertThat(Sharing.isSafe(decoded(value, KVType.of(Object.class)))).isTrue();
    assertThat(Sharing.isSafe(decoded(value, new KVType<HashMap<String, Object>>() {})))
        .isFalse();
  }

  private static Object decoded(Object value, KVType<?> type) {
    BsonCodec codec = BsonCodec.create();
    RawValue raw = codec.encode(value);
    return Objects.requireNonNull(codec.decode("key", raw, type));
  }
}
