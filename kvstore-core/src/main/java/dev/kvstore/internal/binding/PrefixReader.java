package dev.kvstore.internal.binding;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVQuery;
import dev.kvstore.ReadOptions;
import dev.kvstore.internal.support.Contention;
import dev.kvstore.internal.support.KeyOrder;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a consistent snapshot of the entries of a prefix. Each write has a unique etag, so entries
 * that two consecutive scans agree on were stored together between them. Tests override a method to
 * prove that it is needed.
 */
class PrefixReader {
  /** Every failed attempt means that there was a write during two scans. */
  private static final int MAX_ATTEMPTS = 200;

  private final EntryStore entries;
  private final Prefix prefix;

  PrefixReader(EntryStore entries, Prefix prefix) {
    this.entries = entries;
    this.prefix = prefix;
  }

  /** Returns the entries by key; throws {@link ErrorCode#CONFLICT} if they kept changing. */
  final Map<String, KVEntry<RawValue>> read(ReadOptions options) {
    Map<String, KVEntry<RawValue>> before = scan(options);
    for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      Map<String, KVEntry<RawValue>> after = scan(options);
      if (isSettled(before, after)) {
        return after;
      }
      before = after;
      Contention.pause(attempt);
    }
    throw new KVException(
        ErrorCode.CONFLICT,
        "The settings '" + prefix.given() + "' were changed by others each of the " + MAX_ATTEMPTS
            + " times that they were read");
  }

  boolean isSettled(Map<String, KVEntry<RawValue>> before, Map<String, KVEntry<RawValue>> after) {
    return before.equals(after);
  }

  private Map<String, KVEntry<RawValue>> scan(ReadOptions options) {
    Map<String, KVEntry<RawValue>> found = new TreeMap<>(KeyOrder.INSTANCE);
    if (!prefix.own().isEmpty()) {
      // Also by a scan, which no cache answers: the key is the first of all keys with this prefix.
      entries
          .scan(new KeyRange(prefix.own(), null), Projection.ENTRIES, 1, options)
          .items()
          .stream()
          .filter(entry -> entry.key().equals(prefix.own()))
          .forEach(entry -> found.put(entry.key(), entry));
    }
    entries.stream(
            new KeyRange(prefix.below(), null), Projection.ENTRIES, KVQuery.MAX_LIMIT, options)
        .forEach(entry -> found.put(entry.key(), entry));
    return found;
  }
}
