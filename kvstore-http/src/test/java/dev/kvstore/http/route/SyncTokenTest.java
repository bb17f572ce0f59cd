package dev.kvstore.http.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests {@code Sync-Token} and {@code Cache-Control: no-cache}, which control the freshness of
 * responses.
 */
class SyncTokenTest {
  private static final String STORE = "/v1/stores/app";
  private static final String KEY = STORE + "/keys/k";
  private static final String SEVEN = "0000000000000007";
  private static final String NINE = "0000000000000009";

  @TempDir
  private Path folder;

  private HookedDatabase database;
  private TestService service;

  @BeforeEach
  void start() {
    database = new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    service = TestService.start(database, ServerSettings.DEFAULT);
    service.put(KEY, "{}");
    database.position(7);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/keys/k",
    "HEAD,/keys/k",
    "OPTIONS,/keys/k",
    "PUT,/keys/k",
    "PUT,/defaults/k",
    "POST,/counters/n",
    "GET,/values",
    "HEAD,/values",
    "GET,/values?key=k",
    "GET,/keys",
    "GET,/keys?values=true",
    "GET,/keys?view=keys",
    "GET,/keys?key=k",
    "DELETE,/keys/k",
    "DELETE,?confirm=app",
    "HEAD,/events",
    // errors
    "GET,/keys/absent",
    "GET,/keys/k?nope=1",
    "POST,/counters/k",
    "PATCH,/keys/k",
    "DELETE,''"
  })
  void everyAnswerOfAStore_hasItsToken(String method, String path) {
    boolean body = method.equals("PUT") || method.equals("POST");
    byte[] sent =
        (path.startsWith("/counters") ? "{\"by\":1}" : "{}").getBytes(StandardCharsets.UTF_8);
    Reply reply = service.send(method, STORE + path, body ? sent : null);

    assertThat(reply.header("Sync-Token")).as(reply.toString()).isEqualTo(SEVEN);
  }

  @Test
  void token_isReadAfterwards() {
    database.before(method -> {
      if (method.equals("Put")) {
        database.position(9);
      }
    });

    assertThat(service.put(KEY, "1").header("Sync-Token")).isEqualTo(NINE);
  }

  @Test
  void notModified_hasTheToken() {
    Reply reply = service.get(KEY, "If-None-Match: *");

    assertThat(reply.status()).isEqualTo(304);
    assertThat(reply.header("Sync-Token")).isEqualTo(SEVEN);
  }

  @Test
  void laterTokenOfTheRequest_isRepeated() {
    assertThat(service.get(KEY, "Sync-Token: " + NINE).header("Sync-Token")).isEqualTo(NINE);
    assertThat(service.get(KEY, "Sync-Token: 0000000000000001").header("Sync-Token"))
        .isEqualTo(SEVEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/keys/k",
        "/values?key=k",
        "/keys?key=k",
        "/values",
        "/keys",
        "/keys?values=true",
        "/keys?view=keys"
      })
  void tokenOfTheRequest_isDemandedOfTheRead(String path) {
    service.get(STORE + path, "Sync-Token: " + SEVEN, "Sync-Token: " + NINE + ", " + SEVEN);

    assertThat(database.demands()).containsOnly(ReadOptions.atLeast(new SyncToken(9)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-cache", "max-age=0, No-Cache"})
  void noCache_asksTheDatabase(String directives) {
    service.get(KEY, "Cache-Control: " + directives);

    assertThat(database.demands()).containsOnly(ReadOptions.DEFAULT.bypassingCache());
  }

  @Test
  void setDefault_keepsNothingThatIsOlderThanDemanded() {
    List<String> calls = new CopyOnWriteArrayList<>();
    HookedDatabase hooked =
        new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("cached.db")));
    try (TestService cached = TestService.start(
        StoreStack.over("t", hooked, Layers.cached(NearCacheSettings.DEFAULT, Clock.systemUTC())),
        ServerSettings.DEFAULT)) {
      String path = STORE + "/defaults/k";
      cached.put(KEY, "1");
      hooked.before(calls::add);
      await().untilAsserted(() -> {
        calls.clear();
        cached.put(path, "2");
        assertThat(calls).as("calls of the database").doesNotContain("PutIfAbsent");
      });
      for (String demand : List.of("Sync-Token: 7fffffffffffffff", "Cache-Control: no-cache")) {
        calls.clear();
        assertThat(cached.put(path, "2", demand).status()).isEqualTo(200);
        assertThat(calls).contains("PutIfAbsent");
      }
    }
  }

  @Test
  void withoutDemand_nothingIsDemanded() {
    service.get(KEY, "Cache-Control: max-age=0");

    assertThat(database.demands()).containsOnly(ReadOptions.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "x", "ffffffffffffffff", "000000000000000g", SEVEN + "0"})
  void malformedToken_isRefused(String token) {
    for (String method : new String[] {"GET", "PUT", "DELETE"}) {
      Reply reply = service.send(method, KEY, new byte[] {'1'}, "Sync-Token: " + token);

      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.code()).isEqualTo("invalid-parameter");
    }
    assertThat(service.get(KEY).text()).isEqualTo("{}");
  }

  @Test
  void closedDatabase_isStillAProblem() {
    database.close();
    Reply reply = service.get(KEY);

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.code()).isEqualTo("unavailable");
  }

  @Test
  void tokenOfAStore_saysNothingOfOthers(@TempDir Path other) {
    try (TestService file = TestService.start(
        SqliteEntryDatabase.open(other.resolve("test.db")), ServerSettings.DEFAULT)) {
      file.put(KEY, "1");
      String before = file.get(KEY).header("Sync-Token");
      for (int i = 0; i < 5; i++) {
        file.put("/v1/stores/other/keys/k" + i, "1");
      }

      assertThat(file.get(KEY).header("Sync-Token")).isEqualTo(before);
      assertThat(file.get("/v1/stores/app/keys/none").header("Sync-Token")).isEqualTo(before);
    }
  }
}
