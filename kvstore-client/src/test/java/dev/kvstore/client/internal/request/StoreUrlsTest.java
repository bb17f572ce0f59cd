package dev.kvstore.client.internal.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import org.junit.jupiter.api.Test;

class StoreUrlsTest {
  @Test
  void key_isPercentEncodedButForItsSlashes() {
    assertThat(StoreUrls.of("s").key("a/b c", Query.none().and("view", "entry")))
        .hasToString("/v1/stores/s/keys/a/b%20c?view=entry");
  }

  @Test
  void of_badStoreName_isRefused() {
    assertThatThrownBy(() -> StoreUrls.of("a/b"))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STORE));
  }

  @Test
  void query_halfASurrogatePair_isRefused() {
    assertThatThrownBy(() -> Query.none().and("prefix", "a\ud83d"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("prefix");
  }
}
