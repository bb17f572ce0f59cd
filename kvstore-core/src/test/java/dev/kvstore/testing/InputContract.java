package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVQuery;
import dev.kvstore.WriteOptions;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

interface InputContract extends StoreFixture {
  @ParameterizedTest
  @MethodSource("legalKeys")
  default void legalKey_works(String key) {
    assertThat(store().set(key, "v").key()).isEqualTo(key);
    assertThat(store().get(key, String.class)).isEqualTo("v");
    assertThat(store().getMany(List.of(key), String.class)).containsEntry(key, "v");
    assertThat(store().keys(key)).containsExactly(key);
    store().setMany(Map.of(key, "w"));
    assertThat(store().setDefault(key, "x")).isEqualTo("w");
    assertThat(store().entry(key, String.class).key()).isEqualTo(key);
    assertThat(store().delete(key)).isTrue();
    assertThat(store().increment(key)).isEqualTo(1);
  }

  static List<String> legalKeys() {
    return List.of(
        "a",
        "a/b/c",
        "ui.theme",
        " ",
        "a b",
        "a  b ",
        "100%",
        "%2F",
        "%",
        "a%20b",
        "what?",
        "a#b",
        "a;b=c",
        "a+b",
        "a:b",
        "a&b=c",
        "'quoted'",
        "\"double\"",
        "back\\slash",
        "{json}",
        "[0]",
        "$set",
        "$",
        "_id",
        "...",
        "a/.../b",
        ".a",
        "a..",
        "é",
        "e\u0301",
        "東京",
        "אבג",
        "\u202Ertl",
        "😀",
        "😀".repeat(128),
        "k".repeat(512),
        "keys",
        "values",
        "null",
        "~",
        "|",
        "<a>",
        "^`");
  }

  @ParameterizedTest
  @MethodSource("illegalKeys")
  default void illegalKey_isRefused(String key) {
    assertRefused(ErrorCode.INVALID_KEY, () -> store().set(key, 1));
    assertRefused(ErrorCode.INVALID_KEY, () -> store().get(key, Integer.class));
    assertRefused(ErrorCode.INVALID_KEY, () -> store().delete(key));
    assertRefused(ErrorCode.INVALID_KEY, () -> store().getMany(List.of(key), Integer.class));
    assertRefused(ErrorCode.INVALID_KEY, () -> store().increment(key));
    assertRefused(ErrorCode.INVALID_KEY, () -> store().setDefault(key, 1));
    assertRefused(ErrorCode.INVALID_KEY, () -> store().item(key, Integer.class));
  }

  static List<String> illegalKeys() {
    return List.of(
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/.",
        "./a",
        "a/../b",
        "a\u0000",
        "a\nb",
        "\u007F",
        "\u0085",
        "\uD83D",
        "a\uDE00b",
        "k".repeat(513),
        "😀".repeat(129));
  }

  @Test
  default void value_tooLarge_isRefused() {
    assertRefused(ErrorCode.TOO_LARGE, () -> store().set("k", "x".repeat(2 << 20)));
    assertRefused(ErrorCode.TOO_LARGE, () -> store().setDefault("k", new byte[2 << 20]));
    assertThat(store().has("k")).isFalse();
    String largest = "x".repeat((1 << 20) - 5);
    store().set("k", largest);
    assertThat(store().get("k", String.class)).isEqualTo(largest);
  }

  @Test
  default void value_tooDeep_isRefused() {
    store().set("k", nested(100));
    assertThat(store().get("k", Object.class)).isEqualTo(nested(100));
    assertRefused(ErrorCode.INVALID_VALUE, () -> store().set("k", nested(101)));
  }

  @Test
  default void value_thatWouldBeRounded_isRefused() {
    assertRefused(
        ErrorCode.INVALID_VALUE, () -> store().set("k", new BigDecimal("1." + "3".repeat(40))));
    assertThat(store().has("k")).isFalse();
  }

  @Test
  default void limit_outOfRange_isRefused() {
    assertRefused(ErrorCode.INVALID_PARAMETER, () -> KVQuery.ALL.limit(0));
    assertRefused(ErrorCode.INVALID_PARAMETER, () -> KVQuery.ALL.limit(1001));
  }

  @Test
  default void ttl_outOfRange_isRefused() {
    assertRefused(ErrorCode.INVALID_PARAMETER, () -> WriteOptions.DEFAULT.ttl(Duration.ZERO));
    assertRefused(
        ErrorCode.INVALID_PARAMETER, () -> WriteOptions.DEFAULT.ttl(Duration.ofMinutes(-1)));
    assertRefused(
        ErrorCode.INVALID_PARAMETER,
        () -> WriteOptions.DEFAULT.ttl(Duration.ofSeconds(Long.MAX_VALUE)));
  }

  @Test
  default void text_thatIsNoText_isRefused() {
    assertRefused(ErrorCode.INVALID_PARAMETER, () -> store().keys("half \uD83D"));
    assertRefused(ErrorCode.INVALID_PARAMETER, () -> KVQuery.ALL.after("half \uD83D"));
    assertRefused(ErrorCode.INVALID_PARAMETER, () -> WriteOptions.DEFAULT.author("half \uD83D"));
    assertRefused(ErrorCode.INVALID_PARAMETER, () -> WriteOptions.DEFAULT.author("two\nlines"));
  }

  private static Object nested(int depth) {
    Object value = "bottom";
    for (int i = 0; i < depth; i++) {
      value = i % 2 == 0 ? new ArrayList<>(List.of(value)) : Map.of("m", value);
    }
    return value;
  }

  private static void assertRefused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
