package dev.kvstore.http;

import dev.kvstore.spi.Interest;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The keys that the reader of a stream hears of.
 *
 * @param interest covers them, and perhaps others
 * @param keys tells which they are
 */
record EventFilter(Interest interest, Predicate<String> keys) {
  static EventFilter ofKeys(Set<String> keys) {
    return new EventFilter(new Interest(keys, Set.of()), Set.copyOf(keys)::contains);
  }

  /** Returns the filter of those of its keys for which this holds too. */
  EventFilter and(Predicate<String> more) {
    return new EventFilter(interest, keys.and(more));
  }

  static EventFilter ofPrefix(String prefix) {
    return new EventFilter(Interest.prefix(prefix), key -> key.startsWith(prefix));
  }
}
