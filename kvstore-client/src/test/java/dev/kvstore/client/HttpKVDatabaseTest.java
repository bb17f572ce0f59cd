package dev.kvstore.client;

import static dev.kvstore.client.testing.EventService.current;
import static dev.kvstore.client.testing.EventService.ready;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVChange;
import dev.kvstore.KVDatabase;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.KVWatcher;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.SyncToken;
import dev.kvstore.client.testing.Bodies;
import dev.kvstore.client.testing.EventService;
import dev.kvstore.client.testing.EventService.Stream;
import dev.kvstore.client.testing.RawService;
import dev.kvstore.client.testing.RecordingService;
import dev.kvstore.client.testing.Reply;
import dev.kvstore.client.testing.Request;
import dev.kvstore.client.testing.ScriptedService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpKVDatabaseTest {
  private static final HttpSettings UNCACHED = HttpSettings.DEFAULT.withoutNearCache();

  private static Reply list(String... names) {
    List<BsonDocument> stores = List.of(names).stream()
        .map(name -> new BsonDocument("name", new BsonString(name))
            .append("entries", new BsonInt64(name.length())))
        .toList();
    return Reply.bson(200, new BsonDocument("items", new BsonArray(stores)));
  }

  @Test
  void stores_shareConnections() throws Exception {
    Reply entry = Reply.bson(200, Bodies.entry("k", new BsonInt32(7)));
    try (RawService service = new RawService((socket, number) -> RawService.write(socket, entry));
        KVDatabase database = HttpKVDatabase.open(service.uri(), UNCACHED)) {
      for (String store : List.of("a", "b", "c")) {
        assertThat(database.store(store).get("k", Integer.class)).isEqualTo(7);
      }
      assertThat(service.requests).hasValue(3);
      assertThat(service.connections).hasValue(1);
    }
  }

  @Test
  void eachStore_hasOneStreamOfEvents_howeverManyListen() throws Exception {
    try (EventService service = new EventService();
        KVDatabase database = HttpKVDatabase.open(service.uri())) {
      List<KVStore> stores = List.of(database.store("a"), database.store("b"), database.store("a"));
      List<Stream> streams = List.of(service.next(), service.next());
      long asked = System.nanoTime();
      streams.forEach(stream -> stream.begin(ready(5)));
      for (KVStore store : stores) {
        CountDownLatch ready = new CountDownLatch(1);
        store.watch("k", whenReady(ready::countDown));
        do {
          long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked);
          streams.forEach(stream -> stream.send(current(millis, 5)));
        } while (!ready.await(10, TimeUnit.MILLISECONDS));
      }
      assertThat(streams.stream().map(stream -> stream.target().replaceFirst("\\?.*", "")))
          .containsExactlyInAnyOrder("/v1/stores/a/events", "/v1/stores/b/events");
      assertThat(service.waiting()).isZero();
    }
  }

  private static KVWatcher whenReady(Runnable action) {
    return new KVWatcher() {
      @Override
      public void ready(SyncToken position) {
        action.run();
      }

      @Override
      public void changed(KVChange change) {}

      @Override
      public void reset() {}
    };
  }

  @Test
  void store_thatNobodyWatches_withoutNearCache_hasNoStream() {
    try (RecordingService service = new RecordingService();
        KVDatabase database = HttpKVDatabase.open(service.uri(), UNCACHED)) {
      database.store("app").get("k", Long.class);
      assertThat(database.health().cache()).isEmpty();
      assertThat(service.requests()).containsExactly("GET /v1/stores/app/keys/k", "GET /v1/stores");
    }
  }

  @Test
  void storesAndCounts_areOneRequestEach() {
    try (ScriptedService service = ScriptedService.answering(list("a", "bcd"));
        KVDatabase database = HttpKVDatabase.open(service.uri(), UNCACHED)) {
      assertThat(database.stores()).containsExactly("a", "bcd");
      assertThat(database.entryCounts()).containsExactly(Map.entry("a", 1L), Map.entry("bcd", 3L));
      assertThat(service.requests.stream().map(Request::uri))
          .containsExactly("/v1/stores?counts=false", "/v1/stores");
    }
  }

  @Test
  void drop_saysWhetherTheStoreExisted() {
    Reply[] reply = {Reply.empty(204)};
    try (ScriptedService service = new ScriptedService(request -> reply[0]);
        KVDatabase database = HttpKVDatabase.open(service.uri(), UNCACHED)) {
      assertThat(database.drop("s")).isTrue();
      reply[0] = Reply.problem(404, "no-such-resource", "");
      assertThat(database.drop("s")).isFalse();
      reply[0] = Reply.problem(403, "forbidden", "");
      assertThatThrownBy(() -> database.drop("s"))
          .isInstanceOfSatisfying(
              KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
      assertThat(service.requests)
          .allMatch(request ->
              request.method().equals("DELETE") && request.uri().equals("/v1/stores/s?confirm=s"));
    }
  }

  @Test
  void drop_whoseAnswerIsLost_looksWhetherTheStoreIsGone() {
    Reply[] stores = {list("other")};
    try (ScriptedService service = new ScriptedService(
            request -> request.method().equals("DELETE") ? Reply.CUT : stores[0]);
        KVDatabase database = HttpKVDatabase.open(service.uri(), UNCACHED)) {
      assertThat(database.drop("s")).isTrue();
      stores[0] = list("other", "s");
      assertThatThrownBy(() -> database.drop("s")).isInstanceOf(OutcomeUnknownException.class);
    }
  }

  @Test
  void serviceThatIsDown_isOpened_andSaidToBeAway() {
    try (KVDatabase database = HttpKVDatabase.open(URI.create("http://127.0.0.1:1"))) {
      assertThat(database.store("s").name()).isEqualTo("s");
      assertThat(database.health().problem())
          .hasValueSatisfying(problem -> assertThat(problem).contains("is the service running"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://", "http://user:secret@host", "https://host/ secret", "http://h/?secret"})
  void connectionString_thatIsNoUrlOfAService_isRefused_withoutRepeatingIt(String text) {
    assertThatThrownBy(() -> KVDatabase.open(text))
        .isInstanceOfSatisfying(
            InvalidInputException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
        .hasMessageNotContaining("secret");
  }

  @Test
  void connectionString_opensTheService() {
    try (RecordingService service = new RecordingService();
        KVDatabase database = KVDatabase.open(service.uri().toString())) {
      assertThat(database.stores()).containsExactly("app");
    }
  }

  @Test
  void objectMapper_ofTheApplication_names() {
    BsonValue tls = new BsonDocument("key-file", new BsonString("a.pem"));
    HttpSettings settings = UNCACHED.withObjectMapper(JsonMapper.builder()
        .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
        .build());
    try (ScriptedService service =
            ScriptedService.answering(Reply.bson(200, Bodies.entry("tls", tls)));
        KVDatabase database = HttpKVDatabase.open(service.uri(), settings)) {
      assertThat(database.store("s").get("tls", Tls.class)).isEqualTo(new Tls("a.pem"));
    }
  }

  record Tls(String keyFile) {}

  @Test
  void httpClient_ofTheApplication_isUsed_andLeftOpen() throws Exception {
    AtomicInteger tasks = new AtomicInteger();
    Executor counting = task -> {
      tasks.incrementAndGet();
      ForkJoinPool.commonPool().execute(task);
    };
    HttpClient client = HttpClient.newBuilder().executor(counting).build();
    try (ScriptedService service = ScriptedService.answering(list("a"))) {
      try (KVDatabase database =
          HttpKVDatabase.open(service.uri(), UNCACHED.withHttpClient(client))) {
        assertThat(database.stores()).containsExactly("a");
      }
      assertThat(tasks).hasPositiveValue();
      assertThat(service.onlyRequest().header("Upgrade")).isNull();

      HttpRequest own = HttpRequest.newBuilder(service.uri()).build();
      assertThat(client.send(own, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    }
  }
}
