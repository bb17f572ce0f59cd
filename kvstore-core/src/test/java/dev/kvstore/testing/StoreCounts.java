package dev.kvstore.testing;

import dev.kvstore.ReadOptions;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.KeyRange;
import java.util.Map;
import java.util.TreeMap;

/** Counts the entries of a database. */
public final class StoreCounts {
  private StoreCounts() {}

  /** Returns the number of unexpired entries of each store, by name. */
  public static Map<String, Long> of(EntryDatabase database) {
    Map<String, Long> counts = new TreeMap<>();
    for (String name : database.storeNames()) {
      counts.put(name, (long)
          database.store(name).count(KeyRange.ALL, Integer.MAX_VALUE, ReadOptions.DEFAULT));
    }
    return counts;
  }
}
