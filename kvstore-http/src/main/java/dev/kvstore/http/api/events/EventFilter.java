package dev.kvstore.http.api.events;

import dev.kvstore.http.auth.Principal;
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

  /** Returns this without what the principal may not see of that store. */
  EventFilter visibleTo(Principal principal, String store) {
    return new EventFilter(interest, keys.and(key -> principal.mayRead(store, key)));
  }

  static EventFilter ofPrefix(String prefix) {
    return new EventFilter(Interest.prefix(prefix), key -> key.startsWith(prefix));
  }
}
