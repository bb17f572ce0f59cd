package dev.kvstore.spi;

import java.util.Objects;
import java.util.Set;

/**
 * The keys that a sink is interested in. A source without change events polls them.
 *
 * @param keys single keys
 * @param prefixes prefixes of further keys
 */
public record Interest(Set<String> keys, Set<String> prefixes) {
  public static final Interest ALL = new Interest(Set.of(), Set.of(""));

  public Interest {
    keys = Set.copyOf(keys);
    prefixes = Set.copyOf(prefixes);
  }

  /** Covers one key. */
  public static Interest key(String key) {
    return new Interest(Set.of(key), Set.of());
  }

  /** Covers all keys that begin with this text. */
  public static Interest prefix(String prefix) {
    return new Interest(Set.of(), Set.of(Objects.requireNonNull(prefix, "prefix")));
  }

  /** Returns true if the key is covered. */
  public boolean covers(String key) {
    return keys.contains(key) || prefixes.stream().anyMatch(key::startsWith);
  }
}
