package dev.kvstore.client.internal.lastknowngood;

import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.internal.support.KeyOrder;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The known entries of a store: those of the last full read or the file, updated by later reads and
 * writes. Thread-safe.
 */
final class KnownEntries {
  private final InstantSource clock;

  // Guarded by this.
  private final NavigableMap<String, KVEntry<RawValue>> entries = new TreeMap<>(KeyOrder.INSTANCE);
  private final Map<String, Optional<KVEntry<RawValue>>> sinceRead = new HashMap<>();
  private boolean complete;

  KnownEntries(InstantSource clock) {
    this.clock = clock;
  }

  /** Returns true if an unknown key is certainly absent. */
  synchronized boolean isComplete() {
    return complete;
  }

  /** Starts a read. Entries learned from now on may be newer than its result. */
  synchronized void readBegins() {
    sinceRead.clear();
  }

  /** Replaces all entries by the result of a full read. */
  synchronized void complete(Collection<KVEntry<RawValue>> all) {
    entries.clear();
    put(all);
    complete = true;
  }

  /** Replaces the entries of these keys by the result of a read. */
  synchronized void update(Collection<String> keys, Collection<KVEntry<RawValue>> found) {
    keys.forEach(entries::remove);
    put(found);
  }

  private void put(Collection<KVEntry<RawValue>> found) {
    found.forEach(entry -> entries.put(entry.key(), entry));
    sinceRead.forEach((key, known) -> {
      if (known.isPresent()) {
        entries.merge(key, known.get(), KnownEntries::newer);
      } else {
        entries.remove(key);
      }
    });
  }

  /** Adds an entry that is, or was just now, stored. Returns true if it was unknown. */
  synchronized boolean learn(KVEntry<RawValue> entry) {
    if (entry.stale()) {
      return false;
    }
    KVEntry<RawValue> before = entries.get(entry.key());
    KVEntry<RawValue> newest = entries.merge(entry.key(), entry, KnownEntries::newer);
    sinceRead.put(entry.key(), Optional.of(newest));
    return before == null || !before.etag().equals(newest.etag());
  }

  /** Removes a deleted key. */
  synchronized void forget(String key) {
    entries.remove(key);
    sinceRead.put(key, Optional.empty());
  }

  synchronized Optional<KVEntry<RawValue>> find(String key) {
    return Optional.ofNullable(entries.get(key)).filter(this::isLive).map(KnownEntries::marked);
  }

  /** Returns the first entries of the range. */
  synchronized <T> KVPage<T> scan(KeyRange range, int limit, Function<KVEntry<RawValue>, T> map) {
    List<T> items = new ArrayList<>();
    String last = null;
    for (KVEntry<RawValue> entry : from(range).values()) {
      if (!entry.key().startsWith(range.prefix())) {
        break;
      }
      if (isLive(entry)) {
        if (items.size() == limit) {
          return new KVPage<>(items, Optional.ofNullable(last));
        }
        items.add(map.apply(marked(entry)));
        last = entry.key();
      }
    }
    return new KVPage<>(items, Optional.empty());
  }

  /** Returns all unexpired entries. */
  synchronized List<KVEntry<RawValue>> all() {
    return entries.values().stream().filter(this::isLive).toList();
  }

  private NavigableMap<String, KVEntry<RawValue>> from(KeyRange range) {
    String after = range.after();
    return after != null && KeyOrder.INSTANCE.compare(after, range.prefix()) >= 0
        ? entries.tailMap(after, false)
        : entries.tailMap(range.prefix(), true);
  }

  private boolean isLive(KVEntry<RawValue> entry) {
    return !entry.metadata().isExpiredAt(clock.instant());
  }

  private static KVEntry<RawValue> newer(KVEntry<RawValue> one, KVEntry<RawValue> other) {
    int order = one.updatedAt().compareTo(other.updatedAt());
    return order > 0 || (order == 0 && one.version() > other.version()) ? one : other;
  }

  private static KVEntry<RawValue> marked(KVEntry<RawValue> entry) {
    return KVEntry.of(entry.value(), entry.metadata(), true, KVEntry.Source.FILE);
  }
}
