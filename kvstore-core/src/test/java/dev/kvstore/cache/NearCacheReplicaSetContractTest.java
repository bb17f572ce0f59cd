package dev.kvstore.cache;

import dev.kvstore.testing.MongoTestServer;

/** As {@link NearCacheContractTest}, where a change stream vouches for what is held. */
class NearCacheReplicaSetContractTest extends NearCacheContractTest {
  @Override
  MongoTestServer startServer() {
    return MongoTestServer.startReplicaSet();
  }

  @Override
  NearCacheSettings settings() {
    return NearCacheSettings.DEFAULT;
  }
}
