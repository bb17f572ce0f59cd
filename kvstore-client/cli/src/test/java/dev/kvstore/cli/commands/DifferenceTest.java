package dev.kvstore.cli.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.spi.RawValue;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DifferenceTest {
  private static final RawValue VALUE = BsonCodec.create().encode(1);

  @Test
  void between_isInTheOrderOfTheKeys_whichIsThatOfUtf8() {
    assertThat(
            Difference.between(Map.of("\uD83D\uDE00", VALUE, "a", VALUE), Map.of("\uFFFD", VALUE)))
        .extracting(Difference::key)
        .containsExactly("a", "\uFFFD", "\uD83D\uDE00");
  }
}
