package dev.kvstore.internal.typed;

import dev.kvstore.InvalidInputException;
import dev.kvstore.KVDifferences;
import dev.kvstore.KVEntry;
import dev.kvstore.Names;
import dev.kvstore.ReadOptions;
import dev.kvstore.internal.support.KeyOrder;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.RemoteCopies;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The differences between the entries of two stores, which are compared side by side.
 *
 * @param prefix of the keys in the left store
 * @param withPrefix of the keys in the right store
 * @param freshness how fresh the entries must be
 * @param held called with the bytes of each entry that is held in memory as a part of the page
 */
public record Differences(
    EntryStore left,
    EntryStore right,
    String prefix,
    String withPrefix,
    ReadOptions freshness,
    LongConsumer held) {
  /** A page ends after so many keys, so that one of stores that are the same comes in time. */
  private static final int MOST_COMPARED = 10_000;

  /** A page ends with the entry that brings its values to so many bytes. */
  private static final long MOST_BYTES = 4 * 1024 * 1024;

  /**
   * Returns a page of the differences within these ranges of the left store, and what corresponds
   * to them in the right one.
   *
   * @param ranges in the order of their keys; the prefix of each begins with that of all
   */
  public KVDifferences<RawValue> page(List<KeyRange> ranges, int limit) {
    Page page = new Page(limit);
    for (KeyRange range : ranges) {
      if (page.isFull()) {
        return page.ending(true);
      }
      String after = range.after();
      if (after != null && !after.startsWith(range.prefix())) {
        if (KeyOrder.INSTANCE.compare(after, range.prefix()) > 0) {
          continue;
        }
        after = null;
      }
      EntryPairs pairs = new EntryPairs(
          new EntryPairs.Side(left, new KeyRange(range.prefix(), after), prefix, freshness),
          new EntryPairs.Side(
              right,
              new KeyRange(mapped(range.prefix()), after == null ? null : mapped(after)),
              withPrefix,
              freshness));
      while (pairs.hasNext()) {
        if (page.isFull()) {
          return page.ending(true);
        }
        page.add(pairs.next());
      }
    }
    return page.ending(false);
  }

  /** Returns the key or prefix in the right store that corresponds to one in the left. */
  private String mapped(String ofLeft) {
    return withPrefix + ofLeft.substring(prefix.length());
  }

  /** Returns the key in the left store that corresponds to one in the right. */
  private String unmapped(String ofRight) {
    return prefix + ofRight.substring(withPrefix.length());
  }

  private final class Page {
    private final int limit;
    private final List<KVDifferences.Item<RawValue>> items = new ArrayList<>();
    private long same;
    private long bytes;
    private String last = "";

    Page(int limit) {
      this.limit = limit;
    }

    /** A key too long to be asked for as the one before the next page does not end one. */
    boolean isFull() {
      return (items.size() >= limit || bytes >= MOST_BYTES || items.size() + same >= MOST_COMPARED)
          && last.length() <= Names.MAX_KEY_BYTES;
    }

    void add(EntryPairs.Pair pair) {
      KVEntry<RawValue> one = pair.left();
      KVEntry<RawValue> other = pair.right();
      last = one == null ? unmapped(Objects.requireNonNull(other).key()) : one.key();
      if (pair.isSame()) {
        same++;
        return;
      }
      items.add(
          new KVDifferences.Item<>(last, Optional.ofNullable(one), Optional.ofNullable(other)));
      long more = size(one) + size(other);
      bytes += more;
      held.accept(more);
    }

    KVDifferences<RawValue> ending(boolean goesOn) {
      return new KVDifferences<>(items, same, goesOn ? Optional.of(last) : Optional.empty());
    }
  }

  private static long size(@Nullable KVEntry<RawValue> entry) {
    return entry == null ? 0 : Objects.requireNonNull(entry.value()).size();
  }

  /** Returns a page that a service has found, with the entries, which are read now. */
  KVDifferences<RawValue> read(RemoteCopies.Differing found) {
    Map<String, KVEntry<RawValue>> ofLeft = find(left, found.keys());
    Map<String, KVEntry<RawValue>> ofRight =
        find(right, found.keys().stream().map(this::mapped).toList());
    List<KVDifferences.Item<RawValue>> items = new ArrayList<>();
    long same = found.same();
    for (String key : found.keys()) {
      EntryPairs.Pair pair = new EntryPairs.Pair(ofLeft.get(key), ofRight.get(mapped(key)));
      if (pair.isSame()) {
        same++;
      } else if (pair.left() != null || pair.right() != null) {
        items.add(new KVDifferences.Item<>(
            key, Optional.ofNullable(pair.left()), Optional.ofNullable(pair.right())));
      }
    }
    return new KVDifferences<>(items, same, found.next());
  }

  private Map<String, KVEntry<RawValue>> find(EntryStore store, Collection<String> keys) {
    // The name of an entry that only the other store has need not be a key here.
    List<String> valid = keys.stream().filter(Differences::isKey).toList();
    Map<String, KVEntry<RawValue>> found = new HashMap<>();
    if (!valid.isEmpty()) {
      store.find(valid, freshness).forEach(entry -> found.put(entry.key(), entry));
    }
    return found;
  }

  private static boolean isKey(String name) {
    try {
      Names.checkKey(name);
      return true;
    } catch (InvalidInputException e) {
      return false;
    }
  }
}
