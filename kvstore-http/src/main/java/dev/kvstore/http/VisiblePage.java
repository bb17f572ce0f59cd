package dev.kvstore.http;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * One page of what may be seen of a store. Nothing else is read, so neither what the page has, nor
 * how full it is, nor where the next one begins depends on what may not be seen.
 *
 * @param ranges in the order of their keys
 * @param options how fresh it must be
 */
record VisiblePage(EntryStore store, List<KeyRange> ranges, int limit, ReadOptions options) {
  /** More values need not be in memory at once. */
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  KVPage<String> keys() {
    return page(store::scanKeys, Function.identity(), key -> 0);
  }

  KVPage<KVMetadata> metadata() {
    return page(store::scanMetadata, KVMetadata::key, metadata -> 0);
  }

  KVPage<KVEntry<RawValue>> entries() {
    return page(store::scan, KVEntry::key, entry -> Answers.present(entry).size());
  }

  private <T> KVPage<T> page(Scan<T> scan, Function<T, String> keyOf, ToIntFunction<T> bytesOf) {
    List<T> items = new ArrayList<>();
    int bytes = 0;
    for (int i = 0; i < ranges.size(); i++) {
      KVPage<T> part = scan.read(ranges.get(i), limit - items.size(), options);
      items.addAll(part.items());
      bytes += part.items().stream().mapToInt(bytesOf).sum();
      if (part.nextAfter() != null) {
        return new KVPage<>(items, part.nextAfter());
      }
      if (items.size() == limit || bytes >= MAX_BYTES) {
        boolean more = hasKeys(ranges.subList(i + 1, ranges.size()));
        return new KVPage<>(items, more ? keyOf.apply(items.get(items.size() - 1)) : null);
      }
    }
    return new KVPage<>(items, null);
  }

  private boolean hasKeys(List<KeyRange> rest) {
    return rest.stream()
        .anyMatch(range -> !store.scanKeys(range, 1, options).items().isEmpty());
  }

  private interface Scan<T> {
    KVPage<T> read(KeyRange range, int limit, ReadOptions options);
  }
}
