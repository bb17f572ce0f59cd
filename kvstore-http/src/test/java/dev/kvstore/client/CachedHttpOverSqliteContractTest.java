package dev.kvstore.client;

import dev.kvstore.spi.EntryStore;

class CachedHttpOverSqliteContractTest extends HttpOverSqliteContractTest {
  @Override
  protected EntryStore open(String name) {
    return cached(super.open(name));
  }
}
