package dev.kvstore.internal.support;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyOrderTest {
  @Test
  void order_isThatOfUtf8() {
    List<String> keys = List.of(
        "", "a", "a.b", "ab", "b", "ä", "\uD7FF", "\uE000", "\uFFFF", "😀", "😀a", "😁", "𐀀");
    for (String one : keys) {
      for (String other : keys) {
        assertThat(Integer.signum(KeyOrder.INSTANCE.compare(one, other)))
            .as("%s and %s", one, other)
            .isEqualTo(
                Integer.signum(Arrays.compareUnsigned(one.getBytes(UTF_8), other.getBytes(UTF_8))));
      }
    }
  }
}
