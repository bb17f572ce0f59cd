package dev.kvstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.Cause;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "Settings",
        "a-b_c9",
        "x234567890123456789012345678901234567890123456789012345678901234"
      })
  void checkStore_legal(String name) {
    assertThat(Names.checkStore(name)).isEqualTo(name);
    assertThat(Names.isStore(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1a",
        "_a",
        "-a",
        "a.b",
        "a b",
        "é",
        "system.users",
        "a\n",
        "x2345678901234567890123456789012345678901234567890123456789012345"
      })
  void checkStore_illegal_throws(String name) {
    assertThatThrownBy(() -> Names.checkStore(name))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STORE));
    assertThat(Names.isStore(name)).isFalse();
  }

  @Test
  void checkKey_illegal_namesTheRule() {
    assertThatThrownBy(() -> Names.checkKey("a//b"))
        .hasMessage("The key 'a//b' has an empty segment");
    assertThatThrownBy(() -> Names.checkKey("a/../b"))
        .hasMessage("The key 'a/../b' has a segment '..'");
    assertThatThrownBy(() -> Names.checkKey("a\tb"))
        .hasMessage("The key 'a\uFFFDb' has a control character (U+0009) at index 1");
    assertThatThrownBy(() -> Names.checkKey("é".repeat(257)))
        .hasMessageEndingWith("…' has 514 bytes in UTF-8, more than 512");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "6740F1C2A94D3E0B8C5A7712", "000000000000000000000000", "6740f1c2"})
  void etag_thatNoWriteCanHave_isRefused(String etag) {
    RawValue value = BsonValues.ofNumber(1, false);
    for (ThrowingCallable choice : List.<ThrowingCallable>of(
        () -> WriteOptions.DEFAULT.etag(etag),
        () -> new Write("k", value, WriteCondition.NONE, null, null, false, Cause.UNKNOWN, etag))) {
      assertThatThrownBy(choice)
          .isInstanceOfSatisfying(
              InvalidInputException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER));
    }
  }
}
