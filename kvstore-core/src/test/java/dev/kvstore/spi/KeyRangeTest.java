package dev.kvstore.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyRangeTest {
  @ParameterizedTest
  @CsvSource({
    "a, b",
    "http., http/",
    "z\u007F, z\u0080",
    "a\uD7FF, a\uE000",
    "a\uFFFF, a\uD800\uDC00",
    "a😀, a😁",
    "a\uDBFF\uDFFF, b",
    "a\uDBFF\uDFFF\uDBFF\uDFFF, b",
  })
  void endExclusive_isTheNextTextAfterAllWithThePrefix(String prefix, String end) {
    assertThat(new KeyRange(prefix, null).endExclusive()).isEqualTo(end);
  }

  @ParameterizedTest
  @CsvSource({"''", "\uDBFF\uDFFF"})
  void endExclusive_whereNothingCanFollow_isNull(String prefix) {
    assertThat(new KeyRange(prefix, null).endExclusive()).isNull();
  }
}
