package dev.kvstore.client.internal.request;

import dev.kvstore.InvalidInputException;
import dev.kvstore.Names;
import dev.kvstore.internal.support.Percent;
import java.net.URI;

/** The URLs of one store's resources, relative to that of the service. */
public final class StoreUrls {
  private final String store;

  private StoreUrls(String store) {
    this.store = store;
  }

  /** Returns the URLs; throws {@link InvalidInputException} if the store name is not valid. */
  public static StoreUrls of(String store) {
    return new StoreUrls("/v1/stores/" + Names.checkStore(store));
  }

  /** Returns the URL of the list of all stores. */
  public static URI stores(Query query) {
    return URI.create("/v1/stores" + query);
  }

  /**
   * Returns the URL of a resource such as {@code /keys}, or of the store if the resource is empty.
   */
  public URI at(String resource, Query query) {
    return URI.create(store + resource + query);
  }

  public URI key(String key, Query query) {
    return at("/keys", key, query);
  }

  /** Returns the URL of a key in a resource such as {@code /counters}. */
  public URI at(String resource, String key, Query query) {
    return at(resource + "/" + Percent.encodePath("key", key), query);
  }
}
