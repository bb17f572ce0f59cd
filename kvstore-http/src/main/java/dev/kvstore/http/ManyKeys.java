package dev.kvstore.http;

import dev.kvstore.KVEntry;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.RawValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads entries by their keys, a few at a time, so that large values are not in memory at once. */
final class ManyKeys {
  private static final int AT_ONCE = 50;

  private ManyKeys() {}

  /** Takes one entry after the other. */
  interface Reader {
    void accept(KVEntry<RawValue> entry) throws IOException;
  }

  /** Reads the entries that there are, in the order of the keys. */
  static void read(Exchange exchange, Collection<String> keys, Reader reader) throws IOException {
    EntryStore store = exchange.entries();
    List<String> ordered = new ArrayList<>(keys);
    for (int from = 0; from < ordered.size(); from += AT_ONCE) {
      List<String> some = ordered.subList(from, Math.min(from + AT_ONCE, ordered.size()));
      Map<String, KVEntry<RawValue>> found = new HashMap<>();
      store.readMany(some, exchange.readOptions()).forEach(entry -> found.put(entry.key(), entry));
      for (String key : some) {
        KVEntry<RawValue> entry = found.get(key);
        if (entry != null) {
          exchange.tellStale(entry);
          reader.accept(entry);
        }
      }
    }
  }
}
