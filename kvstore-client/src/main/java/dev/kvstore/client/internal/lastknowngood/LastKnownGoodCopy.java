package dev.kvstore.client.internal.lastknowngood;

import dev.kvstore.KVEntry;
import dev.kvstore.spi.RawValue;
import java.time.Instant;
import java.util.List;

/**
 * The last known entries of a store.
 *
 * @param services the URLs of the service, in any order
 * @param store the store's name
 * @param savedAt the time of writing
 */
public record LastKnownGoodCopy(
    List<String> services, String store, Instant savedAt, List<KVEntry<RawValue>> entries) {
  public LastKnownGoodCopy {
    services = List.copyOf(services);
    entries = List.copyOf(entries);
  }

  /** Returns true if this is a copy of this store and at least one URL of the service matches. */
  boolean isOf(List<String> otherServices, String otherStore) {
    return store.equals(otherStore) && services.stream().anyMatch(otherServices::contains);
  }
}
