package dev.kvstore;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One page of a listing.
 *
 * @param items the items in key order
 * @param next the key to pass to {@link KVQuery#after(String)} for the next page; empty on the last
 *     page
 */
public record KVPage<T>(List<T> items, Optional<String> next) {
  public KVPage {
    items = List.copyOf(Objects.requireNonNull(items, "items"));
    Objects.requireNonNull(next, "next");
  }
}
