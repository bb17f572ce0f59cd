package dev.kvstore.internal.transfer;

import dev.kvstore.KVEntry;
import dev.kvstore.KVStore;
import dev.kvstore.ReadOptions;
import dev.kvstore.spi.RawValue;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the entries of given keys, fewer at a time if they are large. Not thread-safe. */
final class PresentEntries {
  private static final int MOST_AT_ONCE = 200;

  /** The number of entries to read while the size of the values is unknown. */
  private static final int FEW_AT_ONCE = 25;

  /** The approximate maximum size of values to read at a time. */
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
