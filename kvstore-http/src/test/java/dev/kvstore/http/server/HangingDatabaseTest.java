package dev.kvstore.http.server;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.http.TestService;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.testing.MongoStack;
import dev.kvstore.testing.WireServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

/** Tests a MongoDB that accepts connections and commands but never replies. */
class HangingDatabaseTest {
  private static final int CALLERS = 180;
  private static final Duration LIMIT = Duration.ofSeconds(4);

  private final AtomicBoolean silent = new AtomicBoolean();
  private final AtomicInteger finds = new AtomicInteger();

  private BsonDocument answer(BsonDocument command) {
    if (command.containsKey("find")) {
      finds.incrementAndGet();
    }
    return silent.get()
        ? WireServer.SILENCE
        : BsonDocument.parse(
            "{ok: 1, cursor: {id: {$numberLong: '0'}, ns: 'app.app', firstBatch: []}}");
  }

  @Test
  void outage_occupiesAFewWorkers_thenNone_andEndsByItself() {
    ExecutorService callers = Executors.newCachedThreadPool();
    MongoSettings settings = MongoSettings.DEFAULT.withTimeout(LIMIT).withDatabase("app");
    try (WireServer mongo = new WireServer(this::answer);
        TestService service = TestService.start(
            MongoStack.open(mongo.uri(), settings),
            // All callers have the same address, and must reach the limit of the database, not that
            // of a client.
            with(
                ServerSettings.DEFAULT,
                "connections",
                with(ConnectionSettings.DEFAULT, "maxRequestsPerClient", CALLERS)))) {
      assertThat(get(service, 0)).isEqualTo(404);
      silent.set(true);
      List<CompletableFuture<Integer>> replies = new ArrayList<>();
      for (int i = 1; i <= CALLERS; i++) {
        int key = i;
        replies.add(CompletableFuture.supplyAsync(() -> get(service, key), callers));
      }
      // Operations beyond the driver's pool do not wait for the whole time limit.
      await().until(() -> replies.stream().anyMatch(CompletableFuture::isDone));
      assertThat(replies.stream().filter(CompletableFuture::isDone)).hasSizeLessThan(CALLERS);
      assertThat(service.get("/health/live").status()).isEqualTo(200);
      assertThat(replies).allSatisfy(reply -> assertThat(reply.join()).isEqualTo(503));

      int asked = finds.get();
      for (int i = 0; i < 20; i++) {
        assertThat(get(service, i)).isEqualTo(503);
      }
      assertThat(finds).as("no reader asks the database").hasValue(asked);

      silent.set(false);
      await().until(() -> get(service, 0) == 404);
    } finally {
      callers.shutdownNow();
    }
  }

  private static int get(TestService service, int key) {
    return service.get("/v1/stores/app/keys/k" + key).status();
  }
}
