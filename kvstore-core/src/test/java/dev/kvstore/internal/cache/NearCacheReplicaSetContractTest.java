package dev.kvstore.internal.cache;

import static org.awaitility.Awaitility.await;

import dev.kvstore.NearCacheSettings;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.testing.MongoTestServer;
import dev.kvstore.testing.RawStore;
import java.time.Duration;

/** Like {@link NearCacheContractTest}, with a change stream. */
class NearCacheReplicaSetContractTest extends NearCacheContractTest {
  @Override
  MongoTestServer startServer() {
    return MongoTestServer.startReplicaSet();
  }

  @Override
  NearCacheSettings settings() {
    return NearCacheSettings.DEFAULT;
  }

  @Override
  protected EntryStore open(String name) {
    RawStore store = RawStore.of(super.open(name));
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(2))
        .until(() -> store.cache().orElseThrow().health().coherent());
    return store;
  }

  @Override
  public boolean tellsOfEveryChange() {
    return true;
  }
}
