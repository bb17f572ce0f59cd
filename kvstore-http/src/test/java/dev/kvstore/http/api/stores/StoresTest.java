package dev.kvstore.http.api.stores;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.api.pages.OpenApi;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests listing and describing stores. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class StoresTest {
  private final TestTokens tokens = new TestTokens();
  private final String reader = tokens.add("reader", Role.READ, Limits.NONE);
  private final String writer = tokens.add("writer", Role.WRITE, Limits.NONE);
  private final String ofSmall =
      tokens.add("small", Role.READ, new Limits(List.of("small"), List.of()));
  private final String ofPrefix =
      tokens.add("prefix", Role.READ, new Limits(List.of(), List.of("k1", "x.")));

  private final String ofOther =
      tokens.add("other", Role.READ, new Limits(List.of(), List.of("other.")));

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private TestService service;

  @BeforeAll
  void start(@TempDir Path folder) {
    HookedDatabase database =
        new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    service = TestService.start(database, new AccessControl(tokens.authenticator(), null, false));
    String large = IntStream.rangeClosed(0, EntryCount.MOST)
        .mapToObj(i -> "\"k" + i + "\":1")
        .collect(Collectors.joining(",", "{", "}"));
    assertThat(service.put("/v1/stores/large/values", large, writer).status()).isEqualTo(200);
    assertThat(service
            .put("/v1/stores/small/values", "{\"a\":1,\"x.b\":2}", writer)
            .status())
        .isEqualTo(200);
    service.put("/v1/stores/empty/keys/a", "1", writer);
    service.delete("/v1/stores/empty/keys/a", writer);
    database.before(calls::add);
  }

  @AfterAll
  void stop() {
    service.close();
  }

  @BeforeEach
  void forgetCalls() {
    calls.clear();
  }

  @Test
  void list_countsUpToTenThousandOfEach() {
    Reply reply = service.get("/v1/stores", reader);

    new OpenApi().assertDescribed("GET", "/v1/stores", reply);
    assertThat(reply.text())
        .isEqualTo("{\"items\":[{\"name\":\"empty\",\"entries\":0},"
            + "{\"name\":\"large\",\"entries\":10000,\"more\":true},"
            + "{\"name\":\"small\",\"entries\":2}]}");
    assertThat(calls).containsExactly("storeNames", "count", "count", "count");
  }

  @Test
  void list_withoutCounts_countsNothing() {
    Reply reply = service.get("/v1/stores?counts=false", reader);

    new OpenApi().assertDescribed("GET", "/v1/stores", reply);
    assertThat(reply.text())
        .isEqualTo("{\"items\":[{\"name\":\"empty\"},{\"name\":\"large\"},{\"name\":\"small\"}]}");
    assertThat(calls).containsExactly("storeNames");
  }

  @Test
  void list_ofALimitedToken_countsWhatItMaySee() {
    assertThat(service.get("/v1/stores", ofSmall).text())
        .isEqualTo("{\"items\":[{\"name\":\"small\",\"entries\":2}]}");
    assertThat(calls).containsExactly("storeNames", "count");
    assertThat(service.get("/v1/stores", ofPrefix).text())
        .isEqualTo("{\"items\":[{\"name\":\"large\",\"entries\":1112},"
            + "{\"name\":\"small\",\"entries\":1}]}");
    assertThat(service.get("/v1/stores?counts=false", ofPrefix).text())
        .isEqualTo("{\"items\":[{\"name\":\"large\"},{\"name\":\"small\"}]}");
  }

  @Test
  void store_saysWhatItIs() {
    Reply reply = service.get("/v1/stores/large", reader);

    new OpenApi().assertDescribed("GET", "/v1/stores/large", reply);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text())
        .isEqualTo(
            "{\"name\":\"large\",\"entries\":10000,\"more\":true,\"fallback\":null,"
                + "\"features\":[\"events\"],\"limits\":{\"maxKeyBytes\":512,"
                + "\"maxValueBytes\":1048576,\"maxValueDepth\":100,\"maxBodyBytes\":16777216,\"maxImportBytes\":268435456}}");
    assertThat(reply.header("Sync-Token")).isNotNull();
    assertThat(service.get("/v1/stores/large?counts=false", reader).json().has("entries"))
        .isFalse();
    assertThat(service
            .send("GET", "/v1/stores/large", null, reader, "Accept: application/bson")
            .bson()
            .getBoolean("more")
            .getValue())
        .isTrue();
    assertThat(service.get("/v1/stores/small", ofPrefix).json().path("entries").asInt())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "none", "empty?counts=false"})
  void store_withoutAnEntry_isNotFound(String store) {
    Reply reply = service.get("/v1/stores/" + store, reader);

    new OpenApi().assertDescribed("GET", "/v1/stores/" + store, reply);
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.code()).isEqualTo("no-such-resource");
  }

  @Test
  void store_ofALimitedToken_isWhatItMaySee() {
    assertThat(service.get("/v1/stores/large", ofSmall).status()).isEqualTo(403);
    assertThat(service.get("/v1/stores/empty", ofPrefix).status()).isEqualTo(404);
    assertThat(service.get("/v1/stores/small", ofOther).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"?counts=no", "?count=false", "?counts=false&counts=false"})
  void unknownParameter_isRefused(String query) {
    assertThat(service.get("/v1/stores" + query, reader).status()).isEqualTo(400);
    assertThat(service.get("/v1/stores/small" + query, reader).status()).isEqualTo(400);
  }
}
