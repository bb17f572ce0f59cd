package dev.kvstore.http.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.InvalidInputException;
import dev.kvstore.spi.KeyRange;
import java.util.List;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static Limits prefixes(String... prefixes) {
    return new Limits(List.of(), List.of(prefixes));
  }

  private static KeyRange range(String prefix) {
    return new KeyRange(prefix, "x");
  }

  @Test
  void none_allowsAll() {
    assertThat(Limits.NONE.allowStore("app")).isTrue();
    assertThat(Limits.NONE.allowKey("a")).isTrue();
    assertThat(Limits.NONE.within(range("a"))).containsExactly(range("a"));
  }

  @Test
  void store_isTheWholeName() {
    Limits limits = new Limits(List.of("app", "web"), List.of());

    assertThat(limits.allowStore("app")).isTrue();
    assertThat(limits.allowStore("app2")).isFalse();
    assertThat(limits.allowStore("APP")).isFalse();
  }

  @Test
  void key_beginsWithThePrefix() {
    assertThat(prefixes("ui.", "db/").allowKey("ui.")).isTrue();
    assertThat(prefixes("ui.", "db/").allowKey("db/password")).isTrue();
    assertThat(prefixes("ui.").allowKey("ui")).isFalse();
    assertThat(prefixes("ui.").allowKey("UI.theme")).isFalse();
  }

  @Test
  void within_isTheNarrowerOfTheTwo() {
    assertThat(prefixes("ui.").within(range(""))).containsExactly(range("ui."));
    assertThat(prefixes("ui.").within(range("u"))).containsExactly(range("ui."));
    assertThat(prefixes("ui.").within(range("ui.theme"))).containsExactly(range("ui.theme"));
    assertThat(prefixes("ui.").within(range("db."))).isEmpty();
  }

  @Test
  void within_isInTheOrderOfUtf8_andNothingTwice() {
    // In UTF-16 the emoji, a surrogate pair, would come before the full-width letter.
    assertThat(prefixes("\uD83D\uDE00", "\uFF41", "b", "ab", "a").within(range("")))
        .containsExactly(range("a"), range("b"), range("\uFF41"), range("\uD83D\uDE00"));
  }

  @Test
  void whatIsNoLimit_isRefused() {
    assertThatThrownBy(() -> prefixes("")).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> prefixes("a\n")).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new Limits(List.of("1"), List.of()))
        .isInstanceOf(InvalidInputException.class);
  }
}
