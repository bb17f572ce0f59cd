package dev.kvstore.internal.typed;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.InvalidInputException;
import dev.kvstore.KVStore;
import dev.kvstore.KVType;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.sqlite.SqliteKVStore;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefaultTypesTest {
  private KVStore store;

  @BeforeEach
  void open(@TempDir Path folder) {
    store = SqliteKVStore.open(folder.resolve("defaults.db"), "settings");
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void containersAndHandles_areOfTheClassThatTheCallerHas() throws Exception {
    store.setMany(Map.of(
        "list", List.of("a"), "map", Map.of("a", 1), "zone", "Europe/Paris", "host", "10.0.0.1"));

    ArrayList<String> list = store.getOrDefault("list", new ArrayList<>());
    CopyOnWriteArrayList<String> copied =
        store.setDefault("list", new CopyOnWriteArrayList<>(List.of("b")));
    TreeSet<String> sorted = store.getOrDefault("list", new TreeSet<>());
    HashMap<String, Integer> map = store.setDefault("map", new HashMap<>());
    TreeMap<String, Integer> ordered = store.getOrDefault("map", new TreeMap<>(Map.of("b", 2)));
    TimeZone zone = store.getOrDefault("zone", TimeZone.getTimeZone("UTC"));
    InetAddress host = store.setDefault("host", InetAddress.getLoopbackAddress());

    assertThat(list).containsExactly("a");
    assertThat(copied).containsExactly("a");
    assertThat(sorted).containsExactly("a");
    assertThat(map).isEqualTo(Map.of("a", 1));
    assertThat(ordered).isEqualTo(Map.of("a", 1));
    assertThat(zone).isEqualTo(TimeZone.getTimeZone("Europe/Paris"));
    assertThat(host).isEqualTo(InetAddress.getByAddress(new byte[] {10, 0, 0, 1}));
  }

  @Test
  void defaults_areStoredAndComeBackEqual() throws Exception {
    for (Object value : List.of(
        new ArrayList<>(List.of(1)),
        new TreeSet<>(Set.of("a")),
        new TreeMap<>(Map.of(TimeUnit.DAYS, 1)),
        EnumSet.of(TimeUnit.DAYS),
        Arrays.asList(1, 2),
        Collections.unmodifiableList(new ArrayList<>(List.of(1L))),
        Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(1, 2))),
        Map.of(1, List.of(2L)),
        Optional.of(3),
        TimeZone.getTimeZone("America/New_York"),
        InetAddress.getLoopbackAddress())) {
      store.delete("k");
      assertThat(store.setDefault("k", value)).isEqualTo(value);
      assertThat(store.setDefault("k", value)).isEqualTo(value);
      assertThat(store.getOrDefault("k", value)).isEqualTo(value);
    }
  }

  @Test
  void elements_areOfTheTypeThatTheDefaultShows() {
    store.setMany(Map.of("numbers", List.of(7L), "map", Map.of("1", 7L), "text", List.of("a")));

    List<Integer> numbers = store.getOrDefault("numbers", List.of(1));
    int first = requireNonNull(numbers).get(0);
    Map<Integer, Integer> map = store.setDefault("map", Map.of(2, 3));
    int value = requireNonNull(requireNonNull(map).get(1));

    assertThat(first).isEqualTo(7);
    assertThat(value).isEqualTo(7);
    assertThatThrownBy(() -> store.getOrDefault("text", List.of(1)))
        .isInstanceOf(TypeMismatchException.class);
  }

  interface Named {
    String getName();
  }

  @Test
  void unreadableDefault_isRefusedBeforeItIsStored() {
    Named anonymous = new Named() {
      @Override
      public String getName() {
        return "x";
      }
    };
    assertThatThrownBy(() -> store.setDefault("k", anonymous))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> store.setDefault("k", new AtomicReference<>(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> store.item("k", KVType.of(Named.class)).withDefault(anonymous).setDefault())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'k'");
    assertThat(store.has("k")).isFalse();
  }

  record Small(int n) {}

  @Test
  void elementsOfDifferentTypes_thatWouldNotComeBackAsTheyAre_areRefusedBeforeAnythingIsStored() {
    for (Object value : List.of(
        List.of(new Small(1), LocalDate.EPOCH),
        List.of(LocalDate.EPOCH, LocalDate.EPOCH.atStartOfDay()),
        List.of(1L, 2, 3.5f),
        List.of(List.of(LocalDate.EPOCH), List.of("x")),
        Map.of(1L, 2, 3, 4),
        List.of(Map.of("a", 1), new Small(1)),
        new Object[] {new Small(1), LocalDate.EPOCH},
        new Number[] {1, 2.5f})) {
      assertThatThrownBy(() -> store.setDefault("k", value))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("name the type with a KVType");
      assertThatThrownBy(() -> store.getOrDefault("k", value))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(store.has("k")).isFalse();
  }

  @Test
  void elementsOfDifferentTypes_thatHaveOneTypeOrArePlain_comeBackEqual() {
    for (Object value : List.of(
        List.of(ZoneId.of("Europe/Berlin"), ZoneOffset.UTC),
        List.of(Optional.of(LocalDate.EPOCH), Optional.empty()),
        List.of(List.of(LocalDate.EPOCH), List.of(), new ArrayList<>(List.of(LocalDate.MAX))),
        List.of(1L, 2, 3.5, "x", true, List.of(1, "y"), Map.of("a", 1L)),
        Map.of("a", Map.of("b", 1), "c", Map.of("b", "d")))) {
      store.delete("k");
      assertThat(store.setDefault("k", value)).isEqualTo(value);
      assertThat(store.getOrDefault("k", value)).isEqualTo(value);
    }
    Object[] plain = {1L, "x", null};
    assertThat(store.setDefault("array", plain)).containsExactly(plain);
  }

  @Test
  @SuppressWarnings("NullAway") // applications without such a check do this
  void nullWhereATypeIsNeeded_isNamed() {
    assertThatThrownBy(() -> store.setDefault("k", (String) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("value");
    assertThatThrownBy(() -> store.getOrDefault("k", (String) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("fallback");
    assertThatThrownBy(() -> store.setMany(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("values");
  }
}
