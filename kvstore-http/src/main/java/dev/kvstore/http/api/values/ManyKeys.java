package dev.kvstore.http.api.values;

import dev.kvstore.KVEntry;
import dev.kvstore.http.route.RequestContext;
import dev.kvstore.http.wire.EntryDocument;
import dev.kvstore.http.wire.ResponseWriter;
import dev.kvstore.spi.RawValue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the existing entries of given keys, in the order of the keys, a few at a time so that large
 * values are not in memory together. Not thread-safe.
 */
public final class ManyKeys extends EntryDocument.Entries {
  private static final int MOST_AT_ONCE = 50;

  /** The number of entries to read while the size of the values is unknown. */
  private static final int FEW_AT_ONCE = 4;

  /** The approximate maximum size of values to read at a time. */
  private static final int BYTES_AT_ONCE = 2 * 1024 * 1024;

  private final Deque<String> keys;
  private int atOnce = FEW_AT_ONCE;

  ManyKeys(RequestContext context, Collection<String> keys) {
    super(context);
    this.keys = new ArrayDeque<>(keys);
  }

  @Override
  protected boolean readSome() {
    if (keys.isEmpty()) {
      return false;
    }
    List<String> some = new ArrayList<>();
    for (int left = room.take(Math.min(atOnce, keys.size())); left > 0; left--) {
      some.add(keys.remove());
    }
    Map<String, KVEntry<RawValue>> found = new HashMap<>();
    context
        .entries()
        .find(some, context.readOptions())
        .forEach(entry -> found.put(entry.key(), entry));
    for (String key : some) {
      KVEntry<RawValue> entry = found.get(key);
      if (entry != null) {
        context.tellStale(entry);
        read.add(entry);
      }
    }
    long bytes = ResponseWriter.bytes(read);
    room.keep(read.size(), bytes);
    long fitting = BYTES_AT_ONCE / Math.max(1, bytes / some.size());
    atOnce = (int) Math.max(1, Math.min(MOST_AT_ONCE, Math.min(fitting, 4L * atOnce)));
    return true;
  }
}
