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

  /**
   * Returns the URLs of the store of that name.
   *
   * @throws InvalidInputException if the name is none of a store
   */
  public static StoreUrls of(String store) {
    return new StoreUrls("/v1/stores/" + Names.checkStore(store));
  }

  /** Returns the address of the list of all stores. */
  public static URI stores(Query query) {
    return URI.create("/v1/stores" + query);
  }

  /** Returns the address of the store itself. */
  public URI store(Query query) {
    return URI.create(store + query);
  }

  public URI keys(Query query) {
    return URI.create(store + "/keys" + query);
  }

  public URI events(Query query) {
    return URI.create(store + "/events" + query);
  }

  public URI values(Query query) {
    return URI.create(store + "/values" + query);
  }

  public URI deletions(Query query) {
    return URI.create(store + "/deletions" + query);
  }

  public URI key(String key, Query query) {
    return resource("keys", key, query);
  }

  public URI defaultOf(String key, Query query) {
    return resource("defaults", key, query);
  }

  public URI counter(String key, Query query) {
    return resource("counters", key, query);
  }

  private URI resource(String name, String key, Query query) {
    return URI.create(store + "/" + name + "/" + Percent.encodePath("key", key) + query);
  }
}
