package dev.kvstore.client.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GroupsTest {
  @Test
  void of_weights_fillEachGroup() {
    assertThat(Groups.of(List.of(3, 3, 4, 1, 99, 1, 9), weight -> weight, 10, 100))
        .containsExactly(List.of(3, 3, 4), List.of(1), List.of(99), List.of(1, 9));
  }

  @Test
  void of_manyItems_areLimitedInNumber() {
    assertThat(Groups.of(List.of(1, 2, 3, 4, 5), weight -> 0, 10, 2))
        .containsExactly(List.of(1, 2), List.of(3, 4), List.of(5));
  }

  @Test
  void of_nothing_isNoGroup() {
    assertThat(Groups.of(List.<Integer>of(), weight -> 1, 10, 2)).isEmpty();
  }
}
