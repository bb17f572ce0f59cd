package dev.kvstore.http.api.events;

import dev.kvstore.http.auth.Principal;
import dev.kvstore.spi.Interest;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The keys whose changes a stream reports.
 *
 * @param interest covers these keys, and possibly others
 * @param keys selects exactly these keys
 */
record EventFilter(Interest interest, Predicate<String> keys) {
  static EventFilter ofKeys(Set<String> keys) {
    return new EventFilter(new Interest(keys, Set.of()), Set.copyOf(keys)::contains);
  }

  /** Returns this filter without the keys of the store that the principal may not see. */
  EventFilter visibleTo(Principal principal, String store) {
    return new EventFilter(interest, keys.and(key -> principal.mayRead(store, key)));
  }

  static EventFilter ofPrefix(String prefix) {
    return new EventFilter(Interest.prefix(prefix), key -> key.startsWith(prefix));
  }
}
