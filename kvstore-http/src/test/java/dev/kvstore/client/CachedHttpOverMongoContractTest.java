package dev.kvstore.client;

import dev.kvstore.spi.EntryStore;

class CachedHttpOverMongoContractTest extends HttpOverMongoContractTest {
  @Override
  protected EntryStore open(String name) {
    return cached(super.open(name));
  }
}
