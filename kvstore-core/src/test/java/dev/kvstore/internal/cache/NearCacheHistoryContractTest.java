package dev.kvstore.internal.cache;

import static org.awaitility.Awaitility.await;

import dev.kvstore.HistorySettings;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.internal.mongo.MongoEntryDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.testing.MongoTestServer;
import dev.kvstore.testing.RawStore;
import dev.kvstore.testing.RecordedStoreContract;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Runs the contract through a cache over a replica set with a history, whose moves the cache must
 * not treat as writes.
 */
class NearCacheHistoryContractTest extends RecordedStoreContract {
  private MongoTestServer server;
  private MongoEntryDatabase database;

  @BeforeAll
  void openDatabase() {
    server = MongoTestServer.startReplicaSet();
    database = MongoEntryDatabase.open(
        server.connectionString(),
        MongoSettings.DEFAULT
            .withTimeout(Duration.ofMinutes(1))
            .withClock(clock())
            .withHistory(HistorySettings.DEFAULT)
            .withoutNearCache());
  }

  @AfterAll
  void closeDatabase() {
    database.close();
    server.close();
  }

  @Override
  protected EntryStore open(String name) {
    RawStore store = RawStore.of(
        NearCache.over(database.store(name), NearCacheSettings.DEFAULT, new ForwardClock(clock())));
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(2))
        .until(() -> store.cache().orElseThrow().health().coherent());
    return store;
  }
}
