package dev.kvstore.http.api.entries;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.KVCache;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.command.Backend;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that responses from memory equal those from the database. */
class CachedGetTest {
  private static final String KEY = "/v1/stores/app/keys/ui.theme";

  private StoreStack database;
  private TestService service;

  @BeforeEach
  void start(@TempDir Path folder) {
    database = Backend.cached("sqlite", SqliteEntryDatabase.open(folder.resolve("test.db")));
    service = TestService.start(database, ServerSettings.DEFAULT);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  /** Reads until a response comes from memory. */
  private Reply cached() {
    return Awaitility.await().until(() -> service.get(KEY), any -> isHit());
  }

  private boolean isHit() {
    long hits = hits();
    service.get(KEY);
    return hits() > hits;
  }

  private long hits() {
    return database
        .store("app")
        .capability(KVCache.class)
        .map(KVCache::health)
        .map(h -> h.hits())
        .orElse(0L);
  }

  private static Map<String, String> stable(Reply reply) {
    Map<String, String> headers = new TreeMap<>(reply.headers());
    headers.keySet().removeAll(Set.of("Date", "Sync-Token", "X-Request-Id"));
    return headers;
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"dark\"", "null", "12.50", "{\"a\":[1,{\"$b\":\"\u00e4\"}]}"})
  void get_cached_isWhatTheDatabaseSays(String value) {
    service.put(KEY + "?ttl=PT1H", value);
    cached();
    long hits = hits();
    Reply cached = service.get(KEY);
    assertThat(hits()).isEqualTo(hits + 1);
    Reply uncached = service.get(KEY, "Cache-Control: no-cache");
    assertThat(hits()).isEqualTo(hits + 1);

    assertThat(cached.status()).isEqualTo(200);
    assertThat(cached.text()).isEqualTo(uncached.text()).isEqualTo(value);
    assertThat(stable(cached))
        .isEqualTo(stable(uncached))
        .containsKeys("ETag", "Last-Modified", "KV-Version", "KV-Expires-At", "Vary");
    assertThat(cached.headers()).containsKeys("Sync-Token", "X-Request-Id");
  }

  @Test
  void get_cachedAndKnown_isNotModified() {
    service.put(KEY, "1");
    Reply whole = cached();
    for (String known : new String[] {
      whole.header("ETag"), "W/" + whole.header("ETag"), "\"x\", " + whole.header("ETag"), "*"
    }) {
      Reply reply = service.get(KEY, "If-None-Match: " + known);

      assertThat(reply.status()).isEqualTo(304);
      assertThat(reply.header("ETag")).isEqualTo(whole.header("ETag"));
      assertThat(reply.text()).isEmpty();
    }
    assertThat(service.get(KEY, "If-None-Match: \"x\"").status()).isEqualTo(200);
    assertThat(service.get(KEY, "If-None-Match: x").status()).isEqualTo(400);
  }

  @Test
  void get_afterAWrite_isWhatWasWritten() {
    for (int i = 0; i < 20; i++) {
      service.put(KEY, Integer.toString(i));
      assertThat(cached().text()).isEqualTo(Integer.toString(i));
    }
    service.delete(KEY);
    assertThat(service.get(KEY).code()).isEqualTo("key-not-found");
  }

  @Test
  void get_afterTheStoreWasDropped_findsNothing() {
    service.put(KEY, "1");
    cached();

    service.delete("/v1/stores/app?confirm=app");

    assertThat(service.get(KEY).code()).isEqualTo("key-not-found");
  }

  @Test
  void get_inAnotherForm_isThatForm() {
    service.put(KEY, "1");
    cached();

    assertThat(service
            .get(KEY, "Accept: application/bson")
            .bson()
            .getInt32("value")
            .getValue())
        .isEqualTo(1);
    assertThat(service.get(KEY + "?view=entry").json().path("version").asInt()).isEqualTo(1);
    assertThat(service.get(KEY, "Accept: text/plain").status()).isEqualTo(406);
    assertThat(service.get(KEY + "?veiw=entry").status()).isEqualTo(400);
    assertThat(service.send("HEAD", KEY, null).header("Content-Length")).isEqualTo("2");
  }
}
