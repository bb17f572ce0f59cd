package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.RawValues.int32;
import static dev.kvstore.internal.mongo.RawValues.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.BatchOptions;
import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.testing.RawStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MongoListingTest extends MongoStoreFixture {
  @Test
  void readMany_someAbsentSomeTwice_returnsThoseThatAreThereOnce() {
    for (int i = 0; i < 5; i++) {
      set("k" + i, int32(i));
    }
    List<String> keys = new ArrayList<>(List.of("k1", "k3", "k1", "absent"));
    for (int i = 0; i < 2500; i++) {
      keys.add("none" + i);
    }

    assertThat(RawStore.of(store).readMany(keys))
        .extracting(KVEntry::key)
        .containsExactlyInAnyOrder("k1", "k3");
    assertThat(RawStore.of(store).readMany(List.of())).isEmpty();
  }

  @Test
  void scans_pages_areInTheOrderOfUtf8() {
    List<String> keys = List.of("a", "p", "p.", "p.a", "p.～", "p.😀", "p/b", "q", "～", "😀");
    keys.forEach(key -> set(key, text(key)));

    for (int limit = 1; limit <= keys.size() + 1; limit++) {
      assertThat(allKeys(KeyRange.ALL, limit)).isEqualTo(keys);
      assertThat(allEntries(KeyRange.ALL, limit)).isEqualTo(keys);
    }
    assertThat(allKeys(new KeyRange("p.", null), 2)).containsExactly("p.", "p.a", "p.～", "p.😀");
    assertThat(allKeys(new KeyRange("p.", "p.a"), 2)).containsExactly("p.～", "p.😀");
    assertThat(allKeys(new KeyRange("p.", "a"), 2)).hasSize(4);
    assertThat(allKeys(new KeyRange("p.", "z"), 2)).isEmpty();
    assertThat(allEntries(new KeyRange("😀", null), 2)).containsExactly("😀");
  }

  private List<String> allEntries(KeyRange range, int limit) {
    List<String> keys = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      KeyRange rest = next.map(range::after).orElse(range);
      KVPage<KVEntry<RawValue>> page = RawStore.of(store).scan(rest, limit);
      assertThat(RawStore.of(store).scanMetadata(rest, limit).items())
          .isEqualTo(page.items().stream().map(KVEntry::metadata).toList());
      page.items().forEach(entry -> {
        assertThat(entry.value()).isEqualTo(text(entry.key()));
        keys.add(entry.key());
      });
      next = page.next();
    } while (next.isPresent());
    return keys;
  }

  @Test
  void scan_largeValues_endsThePageEarly() {
    RawValue large = text("x".repeat(1024 * 1024));
    for (int i = 0; i < 7; i++) {
      set("k" + i, large);
    }

    KVPage<KVEntry<RawValue>> first = RawStore.of(store).scan(KeyRange.ALL, 100);
    KVPage<KVEntry<RawValue>> rest =
        RawStore.of(store).scan(KeyRange.ALL.after(first.next().orElseThrow()), 100);

    assertThat(first.items()).hasSizeBetween(3, 5);
    assertThat(rest.next()).isEmpty();
    assertThat(Stream.concat(first.items().stream(), rest.items().stream()).map(KVEntry::key))
        .containsExactly("k0", "k1", "k2", "k3", "k4", "k5", "k6");
  }

  @Test
  void scanKeys_manyDead_areLeftOutAndThePagesAreFull() {
    Map<String, RawValue> dying = new LinkedHashMap<>();
    for (int i = 0; i < 1200; i++) {
      dying.put("d%04d".formatted(i), int32(i));
    }
    RawStore.of(store).writeMany(dying, BatchOptions.DEFAULT.ttl(Duration.ofSeconds(1)));
    set("a", text("x"));
    set("d0500x", text("x"));
    set("e", text("x"));
    clock.advance(Duration.ofSeconds(1));

    assertThat(RawStore.of(store).scanKeys(KeyRange.ALL, 2).items()).containsExactly("a", "d0500x");
    assertThat(allKeys(KeyRange.ALL, 1)).containsExactly("a", "d0500x", "e");
    assertThat(RawStore.of(store).scanKeys(new KeyRange("d05", null), 2))
        .isEqualTo(new KVPage<>(List.of("d0500x"), Optional.empty()));
  }
}
