package dev.kvstore;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing.
 *
 * @param items in the order of their keys, by UTF-8 bytes
 * @param nextAfter the key to pass to {@link KVQuery#after} for the next page, or null on the last
 *     page
 */
public record KVPage<T>(List<T> items, @Nullable String nextAfter) {
  public KVPage {
    items = List.copyOf(items);
  }

  /** Returns {@link #nextAfter()}; empty on the last page. */
  public Optional<String> next() {
    return Optional.ofNullable(nextAfter);
  }
}
