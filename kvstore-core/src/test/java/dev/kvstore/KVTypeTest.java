package dev.kvstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KVTypeTest {
  @Test
  void ofSubclass_keepsTheTypeArgument() {
    assertThat(new KVType<List<String>>() {}).hasToString("java.util.List<java.lang.String>");
    assertThat(new KVType<List<String>>() {}).isEqualTo(new KVType<List<String>>() {});
    assertThat(new KVType<List<String>>() {}).isNotEqualTo(new KVType<List<Integer>>() {});
    assertThat(new KVType<String>() {}).isEqualTo(KVType.of(String.class));
  }

  @Test
  void lenient_isAnotherType() {
    assertThat(KVType.of(Integer.class).lenient().isLenient()).isTrue();
    assertThat(KVType.of(Integer.class).lenient()).isNotEqualTo(KVType.of(Integer.class));
  }

  @Test
  @SuppressWarnings("rawtypes") // the mistake that is refused
  void ofSubclass_withoutTypeArgument_throws() {
    assertThatThrownBy(() -> new KVType() {}).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void ofValue_isTheTypeThatItCanBeReadAs() {
    assertThat(KVType.ofValue(3).type()).isEqualTo(Integer.class);
    assertThat(KVType.ofValue(List.of(1)).type()).isEqualTo(List.class);
    assertThat(KVType.ofValue(new TreeMap<>(Map.of("a", 1))).type()).isEqualTo(Map.class);
    assertThat(KVType.ofValue(Set.of(1)).type()).isEqualTo(Set.class);
    assertThat(KVType.ofValue(TimeUnit.DAYS).type()).isEqualTo(TimeUnit.class);
  }
}
