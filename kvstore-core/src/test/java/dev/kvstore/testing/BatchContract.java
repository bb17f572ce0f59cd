package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

interface BatchContract extends StoreFixture {
  @Test
  default void setMany_createsAndReplaces() {
    store().set("a", 0);
    assertThat(store().setMany(Map.of("a", 1, "b", List.of(2, 3))))
        .isEqualTo(new BatchResult(1, 1));
    assertThat(store().get("a", Integer.class)).isEqualTo(1);
    assertThat(store().entry("a", Integer.class).version()).isEqualTo(2);
    assertThat(store().get("b", Object.class)).isEqualTo(List.of(2, 3));
    assertThat(store().entry("b", Object.class).version()).isEqualTo(1);
  }

  @Test
  default void setMany_eachKeyHasAnEtagOfItsOwn() {
    store().setMany(Map.of("a", 1, "b", 1));
    assertThat(store().entry("a", Integer.class).etag())
        .isNotEqualTo(store().entry("b", Integer.class).etag());
  }

  @Test
  default void setMany_empty_doesNothing() {
    assertThat(store().setMany(Map.of())).isEqualTo(new BatchResult(0, 0));
  }

  @Test
  default void setMany_null_isStored() {
    Map<String, Object> values = new HashMap<>();
    values.put("a", null);
    store().setMany(values);
    assertThat(store().has("a")).isTrue();
  }

  @Test
  default void setMany_illegalKey_storesNothing() {
    assertThatThrownBy(() -> store().setMany(Map.of("good", 1, "bad//key", 2)))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_KEY));
    assertThat(store().keys()).isEmpty();
  }

  @Test
  default void setMany_valueTooLarge_storesNothing() {
    assertThatThrownBy(() -> store().setMany(Map.of("good", 1, "large", new byte[2 << 20])))
        .isInstanceOfSatisfying(
            InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    assertThat(store().keys()).isEmpty();
  }

  @Test
  default void setMany_severalMegabytes_storesAll() {
    Map<String, byte[]> values = new HashMap<>();
    for (int i = 0; i < 12; i++) {
      byte[] value = new byte[900_000];
      Arrays.fill(value, (byte) i);
      values.put("large" + i, value);
    }
    assertThat(store().setMany(values)).isEqualTo(new BatchResult(12, 0));
    values.forEach((key, value) -> assertThat(store().get(key, byte[].class)).isEqualTo(value));
  }

  @Test
  default void setMany_atomic_storesAll_orSaysThatItCannotAndStoresNothing() {
    store().set("a", 0);
    try {
      BatchResult result = store().setMany(Map.of("a", 1, "b", 2), BatchOptions.DEFAULT.atomic());
      assertThat(result).isEqualTo(new BatchResult(1, 1));
      assertThat(store().getAll("", Integer.class)).isEqualTo(Map.of("a", 1, "b", 2));
    } catch (AtomicNotSupportedException e) {
      assertThat(store().getAll("", Integer.class)).isEqualTo(Map.of("a", 0));
    }
  }
}
