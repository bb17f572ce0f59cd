package dev.kvstore.internal.binding;

import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.testing.MongoStack;
import dev.kvstore.testing.MongoTestServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class MongoBindingTest extends BindingConsistency {
  private MongoTestServer server;
  private StoreStack database;

  @BeforeAll
  void openDatabase() {
    server = MongoTestServer.startReplicaSet();
    database = MongoStack.open(
        server.connectionString(), MongoSettings.DEFAULT.withTimeout(Duration.ofMinutes(1)));
  }

  @AfterAll
  void closeDatabase() {
    database.close();
    server.close();
  }

  @Override
  EntryStore open(String name) {
    return database.store(name);
  }
}
