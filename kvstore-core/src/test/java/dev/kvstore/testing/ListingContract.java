package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVQuery;
import dev.kvstore.KVType;
import dev.kvstore.ReadOptions;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bson.BsonBinary;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.types.Decimal128;
import org.junit.jupiter.api.Test;

interface ListingContract extends StoreFixture {
  KVType<Integer> INTEGER = KVType.of(Integer.class);

  @Test
  default void keys_empty() {
    assertThat(store().keys()).isEmpty();
    assertThat(store().keys(KVQuery.ALL))
        .isEqualTo(new KVPage<String>(List.of(), Optional.empty()));
    assertThat(store().getAll("", Integer.class)).isEmpty();
  }

  @Test
  default void keys_areInTheOrderOfUtf8() {
    // Java and UTF-16 put the emoji before U+FFFD and the full-width letter; UTF-8 puts it last.
    List<String> keys =
        List.of("B", "a", "a b", "a/b", "a0", "b", "z", "é", "א", "東", "ａ", "\uFFFD", "😀");
    keys.forEach(key -> store().set(key, 1));
    List<String> sorted = new ArrayList<>(keys);
    sorted.sort((a, b) -> Arrays.compareUnsigned(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));
    assertThat(store().keys()).containsExactlyElementsOf(sorted);
    assertThat(pagedKeys(KVQuery.ALL.limit(2))).containsExactlyElementsOf(sorted);
    assertThat(store().getAll("", Integer.class).keySet()).containsExactlyElementsOf(sorted);
  }

  @Test
  default void prefix_matchesText_notPatterns() {
    for (String key : List.of(
        "http.port", "http.retries", "httpx", "http", "h", "i", "http%", "http_", "HTTP.port")) {
      store().set(key, 1);
    }
    assertThat(store().keys("http.")).containsExactly("http.port", "http.retries");
    assertThat(store().keys("http"))
        .containsExactly("http", "http%", "http.port", "http.retries", "http_", "httpx");
    assertThat(store().keys("http%")).containsExactly("http%");
    assertThat(store().keys("none")).isEmpty();
    assertThat(store().getAll("http.", Integer.class))
        .containsOnlyKeys("http.port", "http.retries");
  }

  @Test
  default void prefix_endingAtTheEdgeOfAPlane_isComplete() {
    List<String> keys =
        List.of("p\uD7FFa", "p\uE000a", "p\uFFFFa", "p\uD800\uDC00a", "p\uDBFF\uDFFFa", "q");
    keys.forEach(key -> store().set(key, 1));
    for (String key : keys) {
      String prefix = key.substring(0, key.length() - (key.equals("q") ? 0 : 1));
      assertThat(store().keys(prefix)).containsExactly(key);
    }
    assertThat(store().keys("p")).hasSize(5);
  }

  @Test
  default void pages_goOnWhereTheLastOneEnded() {
    for (int i = 0; i < 25; i++) {
      store().set("k%02d".formatted(i), i);
    }
    List<String> expected = IntStream.range(0, 25).mapToObj("k%02d"::formatted).toList();
    assertThat(store().keys(KVQuery.ALL.limit(10)).items()).isEqualTo(expected.subList(0, 10));
    assertThat(store().keys(KVQuery.ALL.limit(25)).next())
        .as("a full last page")
        .isEmpty();
    assertThat(pagedKeys(KVQuery.prefix("k").limit(10))).isEqualTo(expected);
    assertThat(store().keys(KVQuery.prefix("k1").after("k15")).items())
        .isEqualTo(expected.subList(16, 20));
    assertThat(store().keys(KVQuery.ALL.after("k07x").limit(1)).items()).containsExactly("k08");
    assertThat(store().keys(KVQuery.prefix("k1").after("a")).items())
        .isEqualTo(expected.subList(10, 20));
    assertThat(store().keys(KVQuery.prefix("k1").after("z")).items()).isEmpty();
  }

  @Test
  default void entries_haveValuesAndMetadata() {
    Map<String, KVEntry<Integer>> written = new LinkedHashMap<>();
    for (int i = 0; i < 5; i++) {
      KVMetadata metadata = store().set("k" + i, i);
      written.put("k" + i, KVEntry.of(i, metadata));
    }
    KVPage<KVEntry<Integer>> first = store().entries(KVQuery.ALL.limit(3), INTEGER);
    KVPage<KVEntry<Integer>> second =
        store().entries(KVQuery.ALL.limit(3).after(first.next().orElseThrow()), INTEGER);
    List<KVEntry<Integer>> all = new ArrayList<>(first.items());
    all.addAll(second.items());
    assertThat(first.items()).hasSize(3);
    assertThat(second.next()).isEmpty();
    assertThat(all).containsExactlyElementsOf(written.values());
    assertThat(entries().scanMetadata(KeyRange.ALL, 10).items())
        .containsExactlyElementsOf(
            written.values().stream().map(KVEntry::metadata).toList());
  }

  @Test
  default void stream_goesOnOverAllPages() {
    Map<String, KVEntry<Integer>> written = new LinkedHashMap<>();
    for (int i = 0; i < 5; i++) {
      written.put("k" + i, KVEntry.of(i, store().set("k" + i, i)));
    }
    store().set("l", "text");
    KVQuery byTwo = KVQuery.prefix("k").limit(2);
    assertThat(store().stream("k", Integer.class)).containsExactlyElementsOf(written.values());
    assertThat(store().stream(byTwo, INTEGER, ReadOptions.DEFAULT))
        .containsExactlyElementsOf(written.values());
    assertThat(store().streamKeys("k")).containsExactlyElementsOf(written.keySet());
    assertThat(store().streamKeys(byTwo.after("k1"), ReadOptions.DEFAULT))
        .containsExactly("k2", "k3", "k4");
    assertThat(store().stream("none", Integer.class)).isEmpty();
  }

  @Test
  default void stream_readsWhileItIsConsumed_andNoMoreThanAPage() {
    IntStream.range(0, 5).forEach(i -> store().set("k" + i, i));
    KVQuery byTwo = KVQuery.ALL.limit(2);
    Iterator<String> keys = store().streamKeys(byTwo, ReadOptions.DEFAULT).iterator();
    assertThat(keys.next()).isEqualTo("k0");
    store().delete("k3");
    store().set("k9", 9);
    assertThat(keys).toIterable().containsExactly("k1", "k2", "k4", "k9");
    assertThat(store().streamKeys(byTwo, ReadOptions.DEFAULT).spliterator().trySplit())
        .as("what a parallel stream would hold beside")
        .isNull();
  }

  @Test
  default void raw_comesBackToTheLastBit() {
    RawValue decimal = BsonValues.ofBsonValue(new BsonDecimal128(Decimal128.parse("12.50")));
    RawValue nested = BsonValues.ofBsonValue(
        new BsonDocument("$d", new BsonDateTime(5)).append("a.b", new BsonBinary(new byte[3])));
    store().set("decimal", decimal);
    store().setMany(Map.of("nested", nested));
    assertThat(store().get("decimal", RawValue.TYPE)).isEqualTo(decimal);
    assertThat(store().stream("", RawValue.TYPE).map(KVEntry::value))
        .containsExactly(decimal, nested);
  }

  @Test
  default void entries_large_comeInSeveralPages() {
    String large = "x".repeat(900_000);
    for (int i = 0; i < 12; i++) {
      store().set("large" + i, large);
    }
    assertThat(store().getAll("large", String.class)).hasSize(12).containsValue(large);
  }

  @Test
  default void getMany_keepsTheOrderAsked_andLeavesOutTheAbsent() {
    store().set("a", 1);
    store().set("b", null);
    store().set("c", 3);
    Map<String, Integer> found =
        store().getMany(List.of("c", "none", "b", "a", "c"), Integer.class);
    assertThat(found.keySet()).containsExactly("c", "b", "a");
    assertThat(found).containsEntry("a", 1).containsEntry("b", null).containsEntry("c", 3);
    assertThat(store().getMany(List.of(), Integer.class)).isEmpty();
  }

  @Test
  default void getMany_ofManyKeys_findsAll() {
    List<String> keys = IntStream.range(0, 1500)
        .mapToObj("some/rather/long/key/number/%05d"::formatted)
        .toList();
    Map<String, Integer> values = new LinkedHashMap<>();
    keys.forEach(key -> values.put(key, values.size()));
    store().setMany(values);
    assertThat(store().getMany(keys, Integer.class)).isEqualTo(values);
    assertThat(store().getAll("", Integer.class)).isEqualTo(values);
    assertThat(store().keys()).isEqualTo(keys);
  }

  private List<String> pagedKeys(KVQuery query) {
    List<String> keys = new ArrayList<>();
    for (KVQuery next = query; next != null; ) {
      KVPage<String> page = store().keys(next);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(query.limit());
      keys.addAll(page.items());
      next = page.next().map(next::after).orElse(null);
    }
    return keys;
  }
}
