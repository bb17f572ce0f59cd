package dev.kvstore.client.internal.lastknowngood;

import dev.kvstore.KVEntry;
import dev.kvstore.spi.RawValue;
import java.time.Instant;
import java.util.List;

/**
 * The entries of a store as a client knew them last.
 *
 * @param services where the service is, in any order
 * @param store the store's name
 * @param savedAt when it was written
 */
public record LastKnownGoodCopy(
    List<String> services, String store, Instant savedAt, List<KVEntry<RawValue>> entries) {
  public LastKnownGoodCopy {
    services = List.copyOf(services);
    entries = List.copyOf(entries);
  }

  /** Returns whether this is of that store, by one of the addresses at least. */
  boolean isOf(List<String> otherServices, String otherStore) {
    return store.equals(otherStore) && services.stream().anyMatch(otherServices::contains);
  }
}
