package dev.kvstore.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawValueTest {
  /** {@code {value: 42}} */
  private static final String FORTY_TWO = "10000000" + "10" + "76616c756500" + "2a000000" + "00";

  @Test
  void ofDocument_knowsTypeAndSize() {
    RawValue value = RawValue.ofDocument(HexFormat.of().parseHex(FORTY_TWO));
    assertThat(value.typeNumber()).isEqualTo((byte) 0x10);
    assertThat(value.size()).isEqualTo(4);
    assertThat(value.toString()).isEqualTo("RawValue[4 bytes]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0500000000",
        "11000000" + "10" + "76616c756500" + "2a000000" + "00",
        "10000000" + "10" + "76616c756600" + "2a000000" + "00",
        "10000000" + "10" + "76616c756500" + "2a000000" + "01",
      })
  void ofDocument_ofAnotherForm_throws(String hex) {
    assertThatThrownBy(() -> RawValue.ofDocument(HexFormat.of().parseHex(hex)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
