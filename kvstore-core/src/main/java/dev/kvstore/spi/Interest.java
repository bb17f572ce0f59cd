package dev.kvstore.spi;

import java.util.Objects;
import java.util.Set;

/**
 * The keys whose changes somebody wants to hear of: what a source that cannot tell of changes by
 * itself has to look at again and again.
 *
 * @param keys these keys
 * @param prefixes and all that begin with one of these
 */
public record Interest(Set<String> keys, Set<String> prefixes) {
  public static final Interest ALL = new Interest(Set.of(), Set.of(""));

  public Interest {
    keys = Set.copyOf(keys);
    prefixes = Set.copyOf(prefixes);
  }

  /** Just this key. */
  public static Interest key(String key) {
    return new Interest(Set.of(key), Set.of());
  }

  /** All keys that begin with this text. */
  public static Interest prefix(String prefix) {
    return new Interest(Set.of(), Set.of(Objects.requireNonNull(prefix, "prefix")));
  }

  /** Tells whether the key is one of these. */
  public boolean covers(String key) {
    return keys.contains(key) || prefixes.stream().anyMatch(key::startsWith);
  }
}
