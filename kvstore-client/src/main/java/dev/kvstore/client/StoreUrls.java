package dev.kvstore.client;

import dev.kvstore.InvalidInputException;
import dev.kvstore.Names;
import java.net.URI;

/** The addresses of one store's resources, below that of the service. */
final class StoreUrls {
  private final String store;

  private StoreUrls(String store) {
    this.store = store;
  }

  /** @throws InvalidInputException if the name is none of a store */
  static StoreUrls of(String store) {
    return new StoreUrls("/v1/stores/" + Names.checkStore(store));
  }

  /** Returns the address of the list of all stores. */
  static URI stores() {
    return URI.create("/v1/stores");
  }

  URI keys(Query query) {
    return URI.create(store + "/keys" + query);
  }

  URI events(Query query) {
    return URI.create(store + "/events" + query);
  }

  URI values(Query query) {
    return URI.create(store + "/values" + query);
  }

  URI key(String key, Query query) {
    return resource("keys", key, query);
  }

  URI defaultOf(String key, Query query) {
    return resource("defaults", key, query);
  }

  URI counter(String key, Query query) {
    return resource("counters", key, query);
  }

  private URI resource(String name, String key, Query query) {
    return URI.create(store + "/" + name + "/" + Percent.encodePath("key", key) + query);
  }
}
