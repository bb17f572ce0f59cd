package dev.kvstore.internal.mongo;

import dev.kvstore.HistorySettings;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.testing.EntryStoreContract;
import dev.kvstore.testing.HistoryContract;
import dev.kvstore.testing.MongoTestServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class MongoHistoryContractTest extends EntryStoreContract implements HistoryContract {
  private MongoTestServer server;
  private MongoEntryDatabase database;

  @BeforeAll
  void openDatabase() {
    server = MongoTestServer.start();
    database = MongoEntryDatabase.open(
        server.connectionString(),
        MongoSettings.DEFAULT
            .withTimeout(Duration.ofMinutes(1))
            .withClock(clock())
            .withHistory(HistorySettings.DEFAULT));
  }

  @AfterAll
  void closeDatabase() {
    database.close();
    server.close();
  }

  @Override
  protected EntryStore open(String name) {
    return database.store(name);
  }

  /** The stand-in is a standalone server, whose versions are polled. */
  @Override
  public boolean tellsOfEveryChange() {
    return !server.isStandIn();
  }
}
