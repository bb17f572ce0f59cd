package dev.kvstore.http.api.values;

import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.http.limits.PageRoom;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * A page of the visible entries of a store. Only visible ranges are read, so neither the content of
 * the page, nor its length, nor the start of the next page reveals anything about other entries. It
 * ends early if there is not enough memory.
 *
 * @param ranges the visible ranges in key order
 * @param options the required freshness
 */
public record VisiblePage(EntryStore store, List<KeyRange> ranges, int limit, ReadOptions options) {
  /** The maximum size of the values of a page in memory. */
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  KVPage<String> keys(PageRoom room) {
    return page(Projection.KEYS, key -> 0, room);
  }

  KVPage<KVMetadata> metadata(PageRoom room) {
    return page(Projection.METADATA, metadata -> 0, room);
  }

  KVPage<KVEntry<RawValue>> entries(PageRoom room) {
    return page(Projection.ENTRIES, entry -> ResponseWriter.present(entry).size(), room);
  }

  /** @param room the memory for the page, which the caller must give back */
  private <T> KVPage<T> page(Projection<T> projection, ToIntFunction<T> bytesOf, PageRoom room) {
    List<T> items = new ArrayList<>();
    long bytes = 0;
    for (int i = 0; i < ranges.size(); i++) {
      KeyRange rest = ranges.get(i);
      while (rest != null) {
        int most =
            items.isEmpty() ? room.takeForScan(limit) : room.tryTakeForScan(limit - items.size());
        if (most == 0) {
          boolean goesOn = hasKeys(List.of(rest)) || hasKeys(ranges.subList(i + 1, ranges.size()));
          return ending(items, projection, goesOn);
        }
        KVPage<T> part = store.scan(rest, projection, most, options);
        long more = part.items().stream().mapToLong(bytesOf::applyAsInt).sum();
        room.keep(part.items().size(), more);
        items.addAll(part.items());
        bytes += more;
        rest = part.next().map(rest::after).orElse(null);
        if (items.size() == limit || bytes >= MAX_BYTES) {
          boolean goesOn = rest != null || hasKeys(ranges.subList(i + 1, ranges.size()));
          return ending(items, projection, goesOn);
        }
      }
    }
    return new KVPage<>(items, Optional.empty());
  }

  private static <T> KVPage<T> ending(List<T> items, Projection<T> projection, boolean goesOn) {
    return new KVPage<>(
        items,
        goesOn ? Optional.of(projection.key(items.get(items.size() - 1))) : Optional.empty());
  }

  private boolean hasKeys(List<KeyRange> rest) {
    return rest.stream()
        .anyMatch(
            range -> !store.scan(range, Projection.KEYS, 1, options).items().isEmpty());
  }
}
