package dev.kvstore.http.api.entries;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.WriteOptions;
import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatchTest {
  private static final String KEY = "/v1/stores/app/keys/ui";
  private static final String MERGE_PATCH = "Content-Type: application/merge-patch+json";

  @TempDir
  private Path folder;

  private HookedDatabase database;
  private TestService service;

  @BeforeEach
  void start() {
    database = new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    service = TestService.start(database, ServerSettings.DEFAULT);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private Reply patch(String path, String body, String... headers) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add(MERGE_PATCH);
    return service.send(
        "PATCH", path, body.getBytes(StandardCharsets.UTF_8), all.toArray(new String[0]));
  }

  @Test
  void patch_present_isTheMergedEntry() {
    service.put(KEY, "{\"theme\":\"dark\",\"size\":{\"w\":1,\"h\":2},\"old\":true}");
    Reply reply =
        patch(KEY, "{\"size\":{\"h\":3},\"old\":null,\"new\":[null]}", "KV-Author: alice");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("Content-Type")).isEqualTo("application/json");
    assertThat(reply.header("KV-Version")).isEqualTo("2");
    assertThat(reply.json().path("value").toString())
        .isEqualTo("{\"theme\":\"dark\",\"size\":{\"w\":1,\"h\":3},\"new\":[null]}");
    assertThat(reply.json().path("updatedBy").asText()).isEqualTo("alice");
    Reply read = service.get(KEY + "?view=entry");
    assertThat(read.text()).isEqualTo(reply.text());
    assertThat(read.header("ETag")).isEqualTo(reply.header("ETag"));
  }

  @Test
  void patch_absent_isNotFound() {
    for (Reply reply : new Reply[] {patch(KEY, "{}"), patch(KEY, "{}", "If-None-Match: *")}) {
      assertThat(reply.status()).isEqualTo(404);
      assertThat(reply.code()).isEqualTo("key-not-found");
    }
    assertThat(service.get(KEY).status()).isEqualTo(404);
  }

  @Test
  void conditions_areHeldTo() {
    assertThat(patch(KEY, "{}", "If-Match: *").status()).isEqualTo(412);
    String first = service.put(KEY, "{}").etag();
    String second = patch(KEY, "{\"a\":1}", "If-Match: \"" + first + '"').etag();
    Reply reply = patch(KEY, "{\"a\":2}", "If-Match: \"" + first + '"');

    assertThat(reply.status()).isEqualTo(412);
    assertThat(reply.code()).isEqualTo("precondition-failed");
    assertThat(reply.json().path("etag").asText()).isEqualTo(second);
    assertThat(patch(KEY, "{\"a\":2}", "If-None-Match: *").status()).isEqualTo(412);
    assertThat(service.get(KEY).text()).isEqualTo("{\"a\":1}");
    assertThat(patch(KEY, "{\"a\":2}", "If-Match: *").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/json",
        "application/json-patch+json",
        "application/bson",
        "application/x-www-form-urlencoded",
        "application/merge-patch+json; charset=latin1"
      })
  void anyOtherFormat_isNotSupported(String type) {
    service.put(KEY, "{}");
    Reply reply = service.send(
        "PATCH", KEY, "{\"a\":1}".getBytes(StandardCharsets.UTF_8), "Content-Type: " + type);

    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.code()).isEqualTo("unsupported-media-type");
    assertThat(reply.header("Accept-Patch")).isEqualTo("application/merge-patch+json");
    assertThat(service.get(KEY).text()).isEqualTo("{}");
  }

  @Test
  void noFormat_isNotSupported() {
    assertThat(service.send("PATCH", KEY, new byte[] {'{', '}'}).status()).isEqualTo(415);
    assertThat(service.send("OPTIONS", KEY, null).header("Accept-Patch"))
        .isEqualTo("application/merge-patch+json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{\"a\":1,\"a\":2}", "{} {}", "nul"})
  void bodyThatIsNoJson_isRefused(String body) {
    service.put(KEY, "1");
    assertThat(patch(KEY, body).code()).isEqualTo("invalid-json");
    assertThat(service.get(KEY).text()).isEqualTo("1");
  }

  @Test
  void expiry_isKeptUnlessANewOneIsGiven() {
    String expiry = service.put(KEY + "?ttl=PT1H", "{}").header("KV-Expires-At");

    assertThat(patch(KEY, "{\"a\":1}").header("KV-Expires-At"))
        .isEqualTo(expiry)
        .isNotNull();
    assertThat(service.put(KEY + "?ttl=keep", "{}").header("KV-Expires-At")).isEqualTo(expiry);
    Reply longer = patch(KEY + "?ttl=PT2H", "{\"a\":1}");
    assertThat(String.valueOf(longer.header("KV-Expires-At"))).isGreaterThan(expiry);
    assertThat(service.get(KEY).header("KV-Expires-At")).isEqualTo(longer.header("KV-Expires-At"));
    assertThat(service.put(KEY, "{}").header("KV-Expires-At")).isNull();
    assertThat(patch(KEY, "{}").header("KV-Expires-At")).isNull();
    assertThat(patch(KEY + "?ttl=keep", "{}").status()).isEqualTo(200);
    assertThat(patch(KEY + "?ttl=P1Y", "{}").code()).isEqualTo("invalid-parameter");
  }

  @Test
  void typesThatJsonLacks_stay() {
    BsonDocument value = BsonDocument.parse("{when: {$date: 1}, long: {$numberLong: '1'},"
        + " money: {$numberDecimal: '1.10'}, '$set': {'a.b': {$uuid:"
        + " '00000000-0000-0001-0000-000000000002'}, '': 1}}");
    service.send(
        "PUT",
        KEY,
        KeyResourceTest.bson(new BsonDocument("value", value)),
        "Content-Type: application/bson");
    Reply reply = patch(KEY, "{\"$set\":{\"\":null,\"b\":1}}", "Accept: application/bson");

    value.getDocument("$set").append("b", new BsonInt32(1)).remove("");
    assertThat(reply.header("Content-Type")).isEqualTo("application/bson");
    assertThat(reply.bson().get("value")).isEqualTo(value);
    assertThat(service.get(KEY, "Accept: application/bson").bson().get("value")).isEqualTo(value);
  }

  @Test
  void resultThatIsTooLarge_isRefused() {
    String half = "x".repeat(600 * 1024);
    service.put(KEY, "{\"a\":\"" + half + "\"}");

    assertThat(patch(KEY, "{\"b\":\"" + half + "\"}").code()).isEqualTo("too-large");
    assertThat(service.get(KEY).header("KV-Version")).isEqualTo("1");
  }

  @Test
  void manyAtOnce_loseNothing() throws Exception {
    service.put(KEY, "{}");
    int writers = 8;
    int patches = 25;
    ExecutorService executor = Executors.newFixedThreadPool(writers);
    List<Future<?>> running = new ArrayList<>();
    for (int w = 0; w < writers; w++) {
      String name = "w" + w;
      running.add(executor.submit(() -> {
        for (int i = 0; i < patches; i++) {
          String body = "{\"%s\":{\"%d\":true}}".formatted(name, i);
          assertThat(patch(KEY, body).status()).isEqualTo(200);
        }
      }));
    }
    for (Future<?> one : running) {
      one.get();
    }
    executor.shutdown();

    Reply reply = service.get(KEY);
    assertThat(reply.header("KV-Version")).isEqualTo(Integer.toString(1 + writers * patches));
    for (int w = 0; w < writers; w++) {
      assertThat(reply.json().path("w" + w)).hasSize(patches);
    }
  }

  @Test
  void entryThatAlwaysChanges_isAConflict() {
    service.put(KEY, "{}");
    RawStore store = RawStore.of(database.unhooked().store("app"));
    AtomicInteger others = new AtomicInteger();
    database.before(method -> {
      if (method.equals("Put")) {
        others.incrementAndGet();
        store.write(new Write("ui", BsonValues.ofNumber(1, false), WriteOptions.DEFAULT));
      }
    });
    Reply reply = patch(KEY, "{\"a\":1}");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.code()).isEqualTo("conflict");
    database.before(method -> {});
    assertThat(service.get(KEY).text()).isEqualTo("1");
    assertThat(service.get(KEY).header("KV-Version")).isEqualTo(Integer.toString(1 + others.get()));
  }

  @Test
  void entryDeletedMeanwhile_isNotFound() {
    service.put(KEY, "{}");
    RawStore store = RawStore.of(database.unhooked().store("app"));
    database.before(method -> {
      if (method.equals("Put")) {
        store.delete("ui", WriteOptions.DEFAULT);
      }
    });

    assertThat(patch(KEY, "{\"a\":1}").code()).isEqualTo("key-not-found");
  }
}
