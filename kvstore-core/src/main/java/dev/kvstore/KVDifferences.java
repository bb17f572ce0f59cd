package dev.kvstore;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One page of the differences between two stores, see {@link KVStore#differences}.
 *
 * @param items the keys whose values or types differ, in key order
 * @param same the number of keys of this page with the same value and type in both
 * @param next the key to pass to {@link KVQuery#after(String)} for the next page; empty on the last
 *     page. A page without items can have one: none was found so far.
 * @since 0.1.0
 */
public record KVDifferences<T>(List<Item<T>> items, long same, Optional<String> next) {
  public KVDifferences {
    items = List.copyOf(Objects.requireNonNull(items, "items"));
    Objects.requireNonNull(next, "next");
  }

  /**
   * A difference. At least one of the entries is there.
   *
   * @param key as it is in the first store, or would be
   * @param left the entry in the first store; empty if there is none
   * @param right the entry in the second store, with its own key; empty if there is none
   */
  public record Item<T>(String key, Optional<KVEntry<T>> left, Optional<KVEntry<T>> right) {
    public Item {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(left, "left");
      Objects.requireNonNull(right, "right");
    }
  }
}
