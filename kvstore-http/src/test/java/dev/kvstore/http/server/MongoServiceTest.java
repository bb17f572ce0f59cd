package dev.kvstore.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.testing.MongoStack;
import dev.kvstore.testing.MongoTestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Tests the specifics of the service over MongoDB. */
class MongoServiceTest {
  private static final String KEY = "/v1/stores/app/keys/ui.theme";

  private static TestService start(String uri, MongoSettings settings) {
    return TestService.start(MongoStack.open(uri, settings), ServerSettings.DEFAULT);
  }

  @Test
  void entry_livesInMongodb() {
    try (MongoTestServer mongo = MongoTestServer.start();
        TestService service = start(mongo.connectionString(), MongoSettings.DEFAULT)) {
      assertThat(service.put(KEY, "{\"$set\":{\"a.b\":0.1}}").status()).isEqualTo(201);
      assertThat(service.put(KEY, "{\"$set\":{\"a.b\":0.2}}").status()).isEqualTo(200);
      assertThat(service.get(KEY).text()).isEqualTo("{\"$set\":{\"a.b\":0.2}}");
      assertThat(service.get("/v1/stores").json().at("/items/0/entries").asInt())
          .isEqualTo(1);
      assertThat(
              mongo.client().getDatabase(mongo.database()).getCollection("app").countDocuments())
          .isEqualTo(1);
      assertThat(service.delete(KEY).status()).isEqualTo(204);
    }
  }

  @Test
  void atomicBatch_needsTransactions() {
    try (MongoTestServer mongo = MongoTestServer.start();
        TestService service = start(mongo.connectionString(), MongoSettings.DEFAULT)) {
      Reply reply = service.put("/v1/stores/app/values?atomic=true", "{\"a\":1,\"b\":2}");

      assertThat(reply.status()).isEqualTo(mongo.hasTransactions() ? 200 : 501);
      assertThat(reply.code()).isEqualTo(mongo.hasTransactions() ? "" : "atomic-not-supported");
    }
  }

  @Test
  void mongodbThatComesLate_isFound() throws IOException {
    int port;
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = unused.getLocalPort();
    }
    MongoServer mongo = new MongoServer(new MemoryBackend());
    MongoSettings impatient = MongoSettings.DEFAULT.withTimeout(Duration.ofMillis(500));
    try (TestService service = start("mongodb://127.0.0.1:" + port, impatient)) {
      assertThat(service.get("/health/ready").status()).isEqualTo(503);
      assertThat(service.get("/health/live").status()).isEqualTo(200);
      assertThat(service.get(KEY).code()).isEqualTo("unavailable");
      assertThat(service.put(KEY, "1").json().path("outcome").asText()).isEqualTo("not-done");

      mongo.bind("127.0.0.1", port);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> service.get("/health/ready").status() == 200);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> service.put(KEY, "1").status() < 300);
    } finally {
      mongo.shutdownNow();
    }
  }
}
