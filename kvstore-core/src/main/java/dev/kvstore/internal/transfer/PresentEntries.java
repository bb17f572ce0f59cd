package dev.kvstore.internal.transfer;

import dev.kvstore.KVEntry;
import dev.kvstore.KVStore;
import dev.kvstore.ReadOptions;
import dev.kvstore.spi.RawValue;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the entries of given keys, fewer at a time where they are large. Not thread-safe. */
final class PresentEntries {
  private static final int MOST_AT_ONCE = 200;

  /** Before it is known how large the values are. */
  private static final int FEW_AT_ONCE = 25;

  /** About the most bytes of values to be read at once. */
  private static final long BYTES_AT_ONCE = 2L * 1024 * 1024;

  private final KVStore store;
  private int atOnce = FEW_AT_ONCE;

  PresentEntries(KVStore store) {
    this.store = store;
  }

  Map<String, KVEntry<RawValue>> find(Collection<String> keys) {
    Map<String, KVEntry<RawValue>> found = new HashMap<>();
    List<String> all = List.copyOf(keys);
    int from = 0;
    while (from < all.size()) {
      List<String> some = all.subList(from, Math.min(from + atOnce, all.size()));
      long bytes = 0;
      for (KVEntry<RawValue> entry :
          store.findEntries(some, RawValue.TYPE, ReadOptions.DEFAULT.bypassingCache())) {
        found.put(entry.key(), entry);
        bytes += Values.of(entry).size();
      }
      from += some.size();
      long fitting = BYTES_AT_ONCE / Math.max(1, bytes / some.size());
      atOnce = (int) Math.max(1, Math.min(Math.min(MOST_AT_ONCE, fitting), 4L * atOnce));
    }
    return found;
  }
}
