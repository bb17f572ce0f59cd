package dev.kvstore.client.internal.request;

import dev.kvstore.InvalidInputException;
import dev.kvstore.Names;
import dev.kvstore.internal.support.Percent;
import java.net.URI;

/** The addresses of one store's resources, below that of the service. */
public final class StoreUrls {
  private final String store;

  private StoreUrls(String store) {
    this.store = store;
  }

  /** Throws {@link InvalidInputException} if the name is none of a store. */
  public static StoreUrls of(String store) {
    return new StoreUrls("/v1/stores/" + Names.checkStore(store));
  }

  /** Returns the address of the list of all stores. */
  public static URI stores(Query query) {
    return URI.create("/v1/stores" + query);
  }

  /** Returns the URL of a resource such as {@code /keys}; where that is empty, of the store. */
  public URI at(String resource, Query query) {
    return URI.create(store + resource + query);
  }

  public URI key(String key, Query query) {
    return at("/keys", key, query);
  }

  /** Returns the URL of what a resource such as {@code /counters} has for the key. */
  public URI at(String resource, String key, Query query) {
    return at(resource + "/" + Percent.encodePath("key", key), query);
  }
}
