package dev.kvstore.internal.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChunksTest {
  @Test
  void of_keepsTheOrder_andTheLastIsShorter() {
    assertThat(Chunks.of(List.of(), 2)).isEmpty();
    assertThat(Chunks.of(List.of(1, 2), 2)).containsExactly(List.of(1, 2));
    assertThat(Chunks.of(List.of(1, 2, 3), 2)).containsExactly(List.of(1, 2), List.of(3));
    assertThat(Chunks.of(List.of(1, 2, 3), Integer.MAX_VALUE)).containsExactly(List.of(1, 2, 3));
  }
}
