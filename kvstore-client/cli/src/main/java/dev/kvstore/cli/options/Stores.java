package dev.kvstore.cli.options;

import dev.kvstore.KVStore;
import dev.kvstore.client.HttpKVStore;
import dev.kvstore.client.HttpSettings;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** How the command line reaches stores. */
public interface Stores {
  /** Those of a service. */
  Stores OVER_HTTP = new Stores() {
    @Override
    public KVStore open(List<URI> servers, String store, HttpSettings settings) {
      return HttpKVStore.open(servers, store, settings);
    }

    @Override
    public Map<String, Long> list(List<URI> servers, HttpSettings settings) {
      return HttpKVStore.stores(servers, settings);
    }
  };

  KVStore open(List<URI> servers, String store, HttpSettings settings);

  /** Returns the names of all stores with the number of their entries, by name. */
  Map<String, Long> list(List<URI> servers, HttpSettings settings);
}
