package dev.kvstore.http.auth;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVQuery;
import dev.kvstore.Names;
import dev.kvstore.internal.support.KeyOrder;
import dev.kvstore.spi.KeyRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * The limits of a token: the stores and key prefixes for which it is valid. Immutable.
 *
 * @param stores the names of stores; empty for all stores
 * @param prefixes the prefixes in key order, none of which is a prefix of another; empty for all
 *     keys
 */
public record Limits(List<String> stores, List<String> prefixes) {
  /** Allows every key of every store. */
  public static final Limits NONE = new Limits(List.of(), List.of());

  /**
   * @throws InvalidInputException if a store name is invalid, or a prefix is empty or cannot begin
   *     a key
   */
  public Limits {
    stores = List.copyOf(new TreeSet<>(stores));
    stores.forEach(Names::checkStore);
    prefixes.forEach(Limits::checkPrefix);
    prefixes = withoutCovered(prefixes);
  }

  private static void checkPrefix(String prefix) {
    if (KVQuery.prefix(prefix).prefix().isEmpty()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "A prefix must not be empty; give none where all keys are meant");
    }
  }

  private static List<String> withoutCovered(Collection<String> prefixes) {
    List<String> disjoint = new ArrayList<>();
    for (String prefix : prefixes.stream().sorted(KeyOrder.INSTANCE).toList()) {
      // In sorted order, a text follows its prefixes.
      if (disjoint.isEmpty() || !prefix.startsWith(disjoint.get(disjoint.size() - 1))) {
        disjoint.add(prefix);
      }
    }
    return List.copyOf(disjoint);
  }

  public boolean allowStore(String store) {
    return stores.isEmpty() || stores.contains(store);
  }

  public boolean allowKey(String key) {
    return prefixes.isEmpty() || prefixes.stream().anyMatch(key::startsWith);
  }

  /** Returns the allowed parts of the range in key order; possibly none. */
  public List<KeyRange> within(KeyRange asked) {
    if (prefixes.isEmpty()) {
      return List.of(asked);
    }
    List<KeyRange> allowed = new ArrayList<>();
    for (String prefix : prefixes) {
      if (asked.prefix().startsWith(prefix)) {
        return List.of(asked);
      }
      if (prefix.startsWith(asked.prefix())) {
        allowed.add(new KeyRange(prefix, asked.after()));
      }
    }
    return allowed;
  }
}
