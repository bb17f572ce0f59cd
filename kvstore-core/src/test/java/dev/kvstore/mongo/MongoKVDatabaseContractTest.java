package dev.kvstore.mongo;

import dev.kvstore.KVDatabase;
import dev.kvstore.testing.KVDatabaseContract;
import dev.kvstore.testing.MongoTestServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class MongoKVDatabaseContractTest extends KVDatabaseContract {
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
  protected KVDatabase open() {
    server.client().getDatabase(server.database()).drop();
    return MongoKVDatabase.open(
        server.connectionString(), MongoSettings.DEFAULT.withTimeout(Duration.ofMinutes(1)));
  }
}
