package dev.kvstore.client;

import dev.kvstore.spi.EntryStore;

class CachedHttpOverReplicaSetContractTest extends HttpOverReplicaSetContractTest {
  @Override
  protected EntryStore open(String name) {
    return cached(super.open(name));
  }
}
