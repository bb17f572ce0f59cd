package dev.kvstore.internal.mongo;

import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.testing.EntryDatabaseContract;
import dev.kvstore.testing.MongoTestServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class MongoDatabaseContractTest extends EntryDatabaseContract {
  private static MongoTestServer server;

  @BeforeAll
  static void startServer() {
    server = MongoTestServer.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Override
  protected EntryDatabase open() {
    server.client().getDatabase(server.database()).drop();
    return MongoEntryDatabase.open(
        server.connectionString(), MongoSettings.DEFAULT.withTimeout(Duration.ofMinutes(1)));
  }
}
