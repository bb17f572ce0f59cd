package dev.kvstore.internal.cache;

import dev.kvstore.NearCacheSettings;
import dev.kvstore.internal.mongo.MongoEntryDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.testing.EntryStoreContract;
import dev.kvstore.testing.MongoTestServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Runs the contract of stores through the cache. */
class NearCacheContractTest extends EntryStoreContract {
  private MongoTestServer server;
  private MongoEntryDatabase database;

  @BeforeAll
  void openDatabase() {
    server = startServer();
    database = MongoEntryDatabase.open(
        server.connectionString(),
        MongoSettings.DEFAULT
            .withTimeout(Duration.ofMinutes(1))
            .withClock(clock())
            .withoutNearCache());
  }

  @AfterAll
  void closeDatabase() {
    database.close();
    server.close();
  }

  MongoTestServer startServer() {
    return MongoTestServer.start();
  }

  NearCacheSettings settings() {
    return NearCacheSettings.builder().timeToLive(Duration.ofSeconds(5)).build();
  }

  @Override
  protected EntryStore open(String name) {
    return NearCache.over(database.store(name), settings(), new ForwardClock(clock()));
  }

  /** The stand-in is a standalone server, whose versions are polled. */
  @Override
  public boolean tellsOfEveryChange() {
    return false;
  }
}
