package dev.kvstore.client;

import dev.kvstore.NearCacheSettings;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.testing.MongoStack;
import dev.kvstore.testing.MongoTestServer;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;

class HttpOverMongoContractTest extends HttpContract {
  private final MongoTestServer server = startServer();

  MongoTestServer startServer() {
    return MongoTestServer.start();
  }

  @Override
  EntryDatabase openDatabase(Clock clock) {
    // A short bound makes the database poll often, so that a cache need not wait long.
    NearCacheSettings cache =
        NearCacheSettings.builder().stalenessBound(Duration.ofMillis(200)).build();
    return MongoStack.open(
        server.connectionString(),
        MongoSettings.DEFAULT.withClock(clock).withTimeout(PATIENCE).withNearCache(cache));
  }

  @AfterAll
  void stopServer() {
    server.close();
  }

  /** The stand-in is a standalone server, whose versions are polled. */
  @Override
  public boolean tellsOfEveryChange() {
    return false;
  }
}
