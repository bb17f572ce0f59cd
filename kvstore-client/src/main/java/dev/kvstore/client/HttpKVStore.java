package dev.kvstore.client;

import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVStore;
import dev.kvstore.Names;
import java.net.URI;
import java.util.List;
import java.util.Objects;

/**
 * Opens a single store of a kvstore service, see {@link HttpKVDatabase}. Closing the store also
 * closes the database. An invalid store name throws {@link InvalidInputException} with
 * {@link ErrorCode#INVALID_STORE}.
 */
public final class HttpKVStore {
  private HttpKVStore() {}

  /** Opens a store with {@link HttpSettings#DEFAULT}. */
  public static KVStore open(URI service, String store) {
    return open(service, store, HttpSettings.DEFAULT);
  }

  /** Like {@link #open(URI, String)}, with settings. */
  public static KVStore open(URI service, String store, HttpSettings settings) {
    return open(List.of(Objects.requireNonNull(service, "service")), store, settings);
  }

  /**
   * Like {@link #open(URI, String, HttpSettings)}, for a service with several nodes, see
   * {@link HttpKVDatabase#open(List, HttpSettings)}.
   */
  public static KVStore open(List<URI> services, String store, HttpSettings settings) {
    Names.checkStore(store);
    return HttpKVDatabase.typed(services, settings, (file, name) -> file).only(store);
  }
}
