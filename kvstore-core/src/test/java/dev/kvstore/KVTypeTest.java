package dev.kvstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedSet;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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
  @SuppressWarnings("rawtypes") // the mistake to refuse
  void ofSubclass_withoutTypeArgument_throws() {
    assertThatThrownBy(() -> new KVType() {}).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void ofValue_isTheTypeThatItCanBeReadAs() {
    assertThat(KVType.ofValue(3).type()).isEqualTo(Integer.class);
    assertThat(KVType.ofValue(TimeUnit.DAYS).type()).isEqualTo(TimeUnit.class);
    assertThat(KVType.ofValue(TimeZone.getDefault()).type()).isEqualTo(TimeZone.class);
    assertThat(KVType.ofValue(InetAddress.getLoopbackAddress()).type())
        .isEqualTo(InetAddress.class);
    assertThat(KVType.ofValue(ZoneOffset.UTC).type()).isEqualTo(ZoneOffset.class);
    assertThat(KVType.ofValue(ZoneId.of("Europe/Paris")).type()).isEqualTo(ZoneId.class);
  }

  @Test
  void ofValue_knowsTheElementsOfContainers() {
    assertThat(KVType.ofValue(List.of(1))).isEqualTo(new KVType<List<Integer>>() {});
    assertThat(new KVType<List<Integer>>() {}).isEqualTo(KVType.ofValue(List.of(1)));
    assertThat(KVType.ofValue(List.of(1)).hashCode())
        .isEqualTo(new KVType<List<Integer>>() {}.hashCode());
    assertThat(KVType.ofValue(Arrays.asList(1, null))).isEqualTo(new KVType<List<Integer>>() {});
    assertThat(KVType.ofValue(Set.of("a"))).isEqualTo(new KVType<Set<String>>() {});
    assertThat(KVType.ofValue(Map.of(1, List.of(2L))))
        .isEqualTo(new KVType<Map<Integer, List<Long>>>() {});
    assertThat(KVType.ofValue(List.of(1, "a"))).isEqualTo(new KVType<List<Object>>() {});
    assertThat(KVType.ofValue(List.of())).isEqualTo(new KVType<List<Object>>() {});
    assertThat(KVType.ofValue(Optional.of(1))).isEqualTo(new KVType<Optional<Integer>>() {});
  }

  @Test
  void ofValue_keepsTheClassOfContainers() {
    assertThat(KVType.ofValue(new ArrayList<>(List.of(1))))
        .isEqualTo(new KVType<ArrayList<Integer>>() {});
    assertThat(KVType.ofValue(new TreeMap<>(Map.of("a", 1))))
        .isEqualTo(new KVType<TreeMap<String, Integer>>() {});
    assertThat(KVType.ofValue(new ArrayDeque<>(List.of(1))))
        .isEqualTo(new KVType<ArrayDeque<Integer>>() {});
    assertThat(KVType.ofValue(EnumSet.of(TimeUnit.DAYS)))
        .isEqualTo(new KVType<EnumSet<TimeUnit>>() {});
    assertThat(KVType.ofValue(Collections.unmodifiableSortedSet(new TreeSet<>(Set.of(1)))))
        .isEqualTo(new KVType<SortedSet<Integer>>() {});
    assertThat(KVType.ofValue(new Properties()).type()).isEqualTo(Properties.class);
    assertThat(KVType.ofValue(new Names()).type()).isEqualTo(Names.class);
  }

  static final class Names extends ArrayList<String> {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void ofValue_whoseArgumentsAreNotShown_throws() {
    for (Object value : List.of(
        new AtomicReference<>(1),
        EnumSet.noneOf(TimeUnit.class),
        List.of(new AtomicReference<>(1)))) {
      assertThatThrownBy(() -> KVType.ofValue(value))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("name them with a KVType");
    }
  }

  private static <T> KVType<List<T>> listOf() {
    return new KVType<>() {};
  }

  private static <T> KVType<Map<String, ? extends T[]>> mapOf() {
    return new KVType<>() {};
  }

  @Test
  void typeVariable_isRefused() {
    assertThatThrownBy(KVTypeTest::<Integer>listOf)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("type variable");
    assertThatThrownBy(KVTypeTest::<Integer>mapOf).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> KVType.ofType(List.class.getTypeParameters()[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new KVType<List<? extends Number>>() {}.type()).isNotNull();
  }
}
