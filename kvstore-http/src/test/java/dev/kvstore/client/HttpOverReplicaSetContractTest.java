package dev.kvstore.client;

import dev.kvstore.testing.MongoTestServer;

class HttpOverReplicaSetContractTest extends HttpOverMongoContractTest {
  @Override
  final MongoTestServer startServer() {
    return MongoTestServer.startReplicaSet();
  }

  @Override
  public final boolean tellsOfEveryChange() {
    return true;
  }
}
