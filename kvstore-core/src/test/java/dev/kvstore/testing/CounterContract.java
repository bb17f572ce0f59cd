package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.KVMetadata;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.WriteOptions;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

interface CounterContract extends StoreFixture {
  @Test
  default void increment_absent_countsFromZero() {
    assertThat(store().increment("n")).isEqualTo(1);
    assertThat(store().increment("n", 41)).isEqualTo(42);
    assertThat(store().increment("n", -2)).isEqualTo(40);
    assertThat(store().entry("n", Object.class).value()).isEqualTo(40);
    assertThat(store().entry("n", Integer.class).version()).isEqualTo(3);
  }

  @Test
  default void increment_byZero_isAWrite() {
    assertThat(store().increment("n", 0)).isZero();
    assertThat(store().has("n")).isTrue();
  }

  @Test
  default void increment_int32_growsToInt64() {
    store().set("n", Integer.MAX_VALUE);
    assertThat(store().increment("n")).isEqualTo(1L + Integer.MAX_VALUE);
    assertThat(store().get("n", Object.class)).isEqualTo(1L + Integer.MAX_VALUE);
  }

  @Test
  default void increment_int64_staysInt64() {
    store().set("n", 5L);
    assertThat(store().increment("n")).isEqualTo(6);
    assertThat(store().get("n", Object.class)).isEqualTo(6L);
  }

  @Test
  default void increment_pastInt64_throwsAndChangesNothing() {
    store().set("most", Long.MAX_VALUE);
    store().set("least", Long.MIN_VALUE);
    assertThatThrownBy(() -> store().increment("most")).isInstanceOf(TypeMismatchException.class);
    assertThatThrownBy(() -> store().increment("least", -1))
        .isInstanceOf(TypeMismatchException.class);
    assertThat(store().get("most", Long.class)).isEqualTo(Long.MAX_VALUE);
    assertThat(store().entry("most", Long.class).version()).isEqualTo(1);
    assertThat(store().increment("most", Long.MIN_VALUE)).isEqualTo(-1);
  }

  @ParameterizedTest
  @MethodSource("notWholeNumbers")
  default void increment_overSomethingElse_throwsAndChangesNothing(@Nullable Object value) {
    var written = store().set("n", value);
    assertThatThrownBy(() -> store().increment("n"))
        .isInstanceOfSatisfying(
            TypeMismatchException.class, e -> assertThat(e.key()).isEqualTo("n"));
    assertThat(store().entry("n", Object.class).metadata()).isEqualTo(written);
    assertThat(store().get("n", Object.class)).isEqualTo(value);
  }

  @Test
  default void increment_options_areThoseOfTheWrite() {
    WriteOptions options = WriteOptions.DEFAULT.author("ann").ttl(Duration.ofHours(1));
    assertThat(store().increment("n", 2, options)).isEqualTo(2);
    KVMetadata created = store().entry("n", Integer.class).metadata();
    assertThat(created.updatedBy()).contains("ann");
    assertThat(created.expiresAt()).isPresent();

    assertThat(store().increment("n", 3, WriteOptions.ifMatch(created.etag()).author("ben")))
        .isEqualTo(5);
    assertThat(store().entry("n", Integer.class).metadata()).satisfies(changed -> {
      assertThat(changed.updatedBy()).contains("ben");
      assertThat(changed.expiresAt()).isEqualTo(created.expiresAt());
    });
    assertThatThrownBy(() -> store().increment("n", 1, WriteOptions.ifMatch(created.etag())))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(store().get("n", Integer.class)).isEqualTo(5);
  }

  static List<@Nullable Object> notWholeNumbers() {
    return java.util.Arrays.asList("1", 1.0, new BigDecimal("1"), null, true, List.of(1));
  }
}
