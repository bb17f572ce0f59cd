package dev.kvstore.mongo;

import dev.kvstore.HistorySettings;
import dev.kvstore.KVDatabase;
import dev.kvstore.testing.CopiesContract;
import dev.kvstore.testing.MongoTestServer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;

/** A MongoDB that stands alone, where entries are written one by one. */
class MongoCopiesContractTest extends CopiesContract {
  private final MongoTestServer server = MongoTestServer.start();

  @AfterAll
  void stopServer() {
    server.close();
  }

  @Override
  protected KVDatabase open(Path folder) {
    return MongoKVDatabase.open(
        server.connectionString(),
        MongoSettings.DEFAULT
            .withTimeout(Duration.ofMinutes(1))
            .withHistory(HistorySettings.DEFAULT));
  }
}
