package dev.kvstore.http.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.HistorySettings;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.testing.ManualClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests two services, one of which has keys that a limited token must not see. No response to that
 * token may differ.
 */
class HiddenKeysTest {
  private static final String VISIBLE =
      "{\"ui.a\":1,\"ui.b\":2,\"ui.c\":3,\"web/x\":4,\"web/y\":5}";
  private static final String HIDDEN = "{\"a\":0,\"db.password\":\"hunter2\",\"ui\":0,\"ui-\":0,"
      + "\"ui/\u00e9\":0,\"v\":0,\"web\":0,\"web0\":0,\"z\":0}";
  private static final String ALL =
      "{\"a\":0,\"db.password\":\"hunter2\",\"ui\":0,\"ui-\":0,\"ui.a\":1,\"ui.b\":2,"
          + "\"ui.c\":3,\"ui/\u00e9\":0,\"v\":0,\"web\":0,\"web/x\":4,\"web/y\":5,\"web0\":0,\"z\":0}";
  private static final String NOW = "2026-11-21T12:00:00.123Z";
  private static final String AT = "{\"at\":\"" + NOW + "\"}";
  private static final Limits LIMITS = new Limits(List.of(), List.of("ui.", "web/"));

  @TempDir
  private Path folder;

  private final ManualClock clock = new ManualClock();
  private final TestTokens tokens = new TestTokens();
  private final String operator = tokens.add("operator", Role.ADMIN, Limits.NONE);
  private final List<TestService> services = new ArrayList<>();

  record Request(String method, String path, @Nullable String body, List<String> headers) {
    private static Request of(String method, String path, String body, String... headers) {
      return new Request(method, path, body, List.of(headers));
    }
  }

  @BeforeEach
  void start() {
    for (int i = 0; i < 2; i++) {
      services.add(TestService.start(
          SqliteEntryDatabase.open(
              folder.resolve(i + ".db"),
              SqliteConfig.DEFAULT.clock(clock).history(HistorySettings.DEFAULT)),
          new AccessControl(tokens.authenticator(), null, false)));
      put(i, "/v1/stores/app/values", VISIBLE);
    }
    put(0, "/v1/stores/app/values", HIDDEN);
    put(0, "/v1/stores/vault/values", HIDDEN);
  }

  private void put(int service, String path, String body) {
    assertThat(services.get(service).put(path, body, operator).status()).isEqualTo(200);
  }

  @AfterEach
  void stop() {
    services.forEach(TestService::close);
  }

  static Stream<Request> reads() {
    Stream<String> paths = Stream.of(
        "/v1/stores",
        "/v1/stores/app/keys",
        "/v1/stores/app/keys?values=true",
        "/v1/stores/app/keys?view=keys",
        "/v1/stores/app/keys?limit=1",
        "/v1/stores/app/keys?limit=2",
        "/v1/stores/app/keys?limit=3",
        "/v1/stores/app/keys?limit=5&values=true",
        "/v1/stores/app/keys?limit=3&view=keys",
        "/v1/stores/app/keys?view=summary",
        "/v1/stores/app/keys?limit=2&view=summary",
        "/v1/stores/app/keys?limit=4&after=db.password",
        "/v1/stores/app/keys?limit=1&after=ui.c",
        "/v1/stores/app/keys?limit=1&after=ui",
        "/v1/stores/app/keys?limit=1&after=v",
        "/v1/stores/app/keys?limit=1&after=web/y",
        "/v1/stores/app/keys?after=z",
        "/v1/stores/app/keys?prefix=u",
        "/v1/stores/app/keys?prefix=ui",
        "/v1/stores/app/keys?prefix=ui.&limit=2",
        "/v1/stores/app/keys?prefix=ui.b",
        "/v1/stores/app/keys?prefix=db.",
        "/v1/stores/app/keys?prefix=db.password",
        "/v1/stores/app/keys?prefix=w&limit=1",
        "/v1/stores/app/keys?key=db.password",
        "/v1/stores/app/keys?key=ui.a&key=db.password&values=true",
        "/v1/stores/app/keys?key=ui.a&key=ui.none",
        "/v1/stores/app/values",
        "/v1/stores/app/values?prefix=d",
        "/v1/stores/app/values?prefix=db.password",
        "/v1/stores/app/values?prefix=u",
        "/v1/stores/app/values?key=db.password",
        "/v1/stores/app/values?key=ui.a&key=db.password",
        "/v1/stores/app/keys/db.password",
        "/v1/stores/app/keys/db%2Epassword",
        "/v1/stores/app/keys/db.password?view=entry",
        "/v1/stores/app/keys/ui",
        "/v1/stores/app/keys/web",
        "/v1/stores/app/keys/ui./../db.password",
        "/v1/stores/app/keys/ui.%2F..%2Fdb.password",
        "/v1/stores/app/keys/ui.none",
        "/v1/stores/app/keys?at=" + NOW,
        "/v1/stores/app/keys?view=keys&limit=2&at=" + NOW,
        "/v1/stores/app/values?at=" + NOW,
        "/v1/stores/app/values?key=db.password&at=" + NOW,
        "/v1/stores/app/keys/db.password?at=" + NOW,
        "/v1/stores/app/history",
        "/v1/stores/app/history?values=true",
        "/v1/stores/app/history?limit=2&values=true",
        "/v1/stores/app/history?prefix=d",
        "/v1/stores/app/history?prefix=db.password&values=true",
        "/v1/stores/app/history?prefix=u",
        "/v1/stores/app/history?by=operator",
        "/v1/stores/app/history/db.password",
        "/v1/stores/app/history/db.password?values=true&version=1",
        "/v1/stores/app/history/ui",
        "/v1/stores/app/history/ui.none",
        "/v1/stores/app/changes?limit=4&values=true",
        "/v1/stores/app/changes?limit=2",
        "/v1/stores/app/labels",
        "/v1/stores/app/settings",
        "/v1/stores/app/differences?with=app&withPrefix=w",
        "/v1/stores/app/differences?with=app&prefix=u&withPrefix=w&limit=2",
        "/v1/stores/app/differences?with=app&prefix=ui.&withPrefix=db.",
        "/v1/stores/app/differences?with=app&prefix=db.&withPrefix=ui.",
        "/v1/stores/app/differences?with=vault",
        "/v1/stores/vault/differences?with=app",
        "/v1/stores/vault/history?values=true",
        "/v1/stores/vault/keys",
        "/v1/stores/vault/values",
        "/v1/stores/vault/keys/db.password",
        "/v1/stores/nowhere/keys");
    return paths.flatMap(path -> Stream.of(
        new Request("GET", path, null, List.of()),
        new Request("HEAD", path, null, List.of()),
        new Request("OPTIONS", path, null, List.of()),
        new Request("GET", path, null, List.of("Accept: application/bson")),
        new Request("GET", path, null, List.of("If-None-Match: *"))));
  }

  static Stream<Request> writes() {
    String json = "Content-Type: application/json";
    String patch = "Content-Type: application/merge-patch+json";
    String key = "/v1/stores/app/keys/db.password";
    return Stream.of(
        Request.of("PUT", key, "1", json),
        Request.of("PUT", key, "1", json, "If-None-Match: *"),
        Request.of("PUT", key, "1", json, "If-Match: *"),
        Request.of("PUT", key, "1", json, "If-Match: \"000000000000000000000000\""),
        Request.of("PUT", key, "not json", json),
        Request.of("PATCH", key, "{}", patch),
        Request.of("DELETE", key, ""),
        Request.of("DELETE", key, "", "If-Match: *"),
        Request.of("PUT", "/v1/stores/app/defaults/db.password", "1", json),
        Request.of("POST", "/v1/stores/app/counters/db.password", "{\"by\":1}", json),
        Request.of("POST", "/v1/stores/app/counters/z", "{\"by\":0}", json),
        Request.of("PUT", "/v1/stores/app/values", "{\"ui.a\":9,\"db.password\":1}", json),
        Request.of("PUT", "/v1/stores/app/values?atomic=true", "{\"db.password\":1}", json),
        Request.of("PUT", "/v1/stores/vault/values", "{\"db.password\":1}", json),
        Request.of("POST", "/v1/stores/app/rollbacks/db.password", "{\"version\":1}", json),
        Request.of("POST", "/v1/stores/app/rollbacks?prefix=", AT, json),
        Request.of("POST", "/v1/stores/app/rollbacks?prefix=u&dryRun=true", AT, json),
        Request.of("POST", "/v1/stores/app/rollbacks?prefix=db.", AT, json),
        Request.of("POST", "/v1/stores/app/rollbacks?prefix=ui.&dryRun=true", AT, json),
        Request.of(
            "POST",
            "/v1/stores/app/copies?dryRun=true",
            "{\"prefix\":\"ui.\",\"toPrefix\":\"db.\"}",
            json),
        Request.of("POST", "/v1/stores/app/copies", "{\"keys\":[\"ui.a\",\"db.password\"]}", json),
        Request.of(
            "POST",
            "/v1/stores/app/copies",
            "{\"keys\":[\"ui.a\"],\"toPrefix\":\"db.\",\"mode\":\"defaults\"}",
            json),
        Request.of(
            "POST", "/v1/stores/app/copies", "{\"prefix\":\"ui.\",\"toStore\":\"vault\"}", json),
        Request.of("PUT", "/v1/stores/app/settings", "{\"history\":{\"enabled\":false}}", json),
        Request.of("DELETE", "/v1/stores/app?purge=true&confirm=app", ""),
        Request.of("DELETE", "/v1/stores/app?confirm=app", ""),
        Request.of("DELETE", "/v1/stores/vault?confirm=vault", ""),
        Request.of("DELETE", "/v1/stores/vault?confirm=other", ""),
        Request.of("PUT", "/v1/stores/app/keys/ui.a", "8", json, "If-None-Match: *"),
        Request.of("PUT", "/v1/stores/app/values", "{\"ui.a\":8,\"ui.new\":1}", json));
  }

  private static Map<String, String> answer(TestService service, Request request, String token) {
    List<String> headers = new ArrayList<>(request.headers());
    headers.add(token);
    headers.add("X-Request-Id: 1");
    byte[] body = request.body() == null ? null : request.body().getBytes(UTF_8);
    Reply reply =
        service.send(request.method(), request.path(), body, headers.toArray(String[]::new));
    Map<String, String> answer = new TreeMap<>(reply.headers());
    answer.remove("Date");
    // The token reveals only that something was written to the store.
    answer.remove("Sync-Token");
    answer.put("status", "" + reply.status());
    answer.put("body", reply.text());
    // Etags differ anyway.
    answer.replaceAll((name, value) -> value.replaceAll("[0-9a-f]{24}", "<etag>"));
    return answer;
  }

  private void assertSame(Request request, String token) {
    Map<String, String> first = answer(services.get(0), request, token);

    assertThat(first)
        .as(request.toString())
        .isEqualTo(answer(services.get(1), request, token))
        .doesNotContainEntry("status", "500")
        .doesNotContainEntry("status", "401");
    assertThat(first.toString()).doesNotContain("hunter2");
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void noRead_tellsWhatIsHidden(Role role) {
    String token = tokens.add("limited", role, LIMITS);
    assertThat(reads()).allSatisfy(request -> assertSame(request, token));
  }

  @ParameterizedTest
  @MethodSource("writes")
  void noWrite_tellsWhatIsHidden(Request request) {
    assertSame(request, tokens.add("reader", Role.READ, LIMITS));
    assertSame(request, tokens.add("limited", Role.ADMIN, LIMITS));
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void hiddenKey_isForbidden_likeOneThatIsNotThere(Role role) {
    String token = tokens.add("limited", role, LIMITS);
    for (String key : List.of("db.password", "db.passwore", "ui", "nothing")) {
      Reply reply = services.get(0).get("/v1/stores/app/keys/" + key, token);
      assertThat(reply.status()).isEqualTo(403);
      assertThat(reply.code()).isEqualTo("forbidden");
    }
  }

  @Test
  void pages_areFull_andEndWhereTheVisibleEnds() {
    String token = tokens.add("limited", Role.READ, LIMITS);
    for (int limit = 1; limit <= 6; limit++) {
      List<List<String>> pages = new ArrayList<>();
      String path = "/v1/stores/app/keys?view=keys&limit=" + limit;
      while (path != null) {
        Reply reply = services.get(0).get(path, token);
        List<String> page = new ArrayList<>();
        reply.json().path("items").forEach(item -> page.add(item.asText()));
        pages.add(page);
        String link = reply.header("Link");
        path = link == null ? null : link.substring(1, link.indexOf('>'));
        assertThat(reply.json().has("next")).isEqualTo(link != null);
      }
      assertThat(pages.stream().flatMap(List::stream))
          .containsExactly("ui.a", "ui.b", "ui.c", "web/x", "web/y");
      assertThat(pages).hasSize((4 + limit) / limit);
      assertThat(pages.subList(0, pages.size() - 1)).allMatch(hasSize(limit));
    }
  }

  private static Predicate<List<String>> hasSize(int size) {
    return page -> page.size() == size;
  }

  @Test
  void lists_showWhatIsVisible() {
    String token = tokens.add("limited", Role.READ, LIMITS);
    TestService service = services.get(0);

    assertThat(service.get("/v1/stores/app/values", token).text()).isEqualTo(VISIBLE);
    assertThat(service.get("/v1/stores/app/values?prefix=w", token).text())
        .isEqualTo("{\"web/x\":4,\"web/y\":5}");
    assertThat(service.get("/v1/stores/app/values?prefix=db.", token).text()).isEqualTo("{}");
    assertThat(service.get("/v1/stores", token).text())
        .isEqualTo("{\"items\":[{\"name\":\"app\",\"entries\":5}]}");
    assertThat(service.get("/v1/stores", operator).text())
        .contains("\"vault\"", "\"entries\":14", "\"entries\":9");
  }

  @Test
  void stores_areThoseOfTheToken() {
    String token = tokens.add("vault", Role.READ, new Limits(List.of("vault", "no"), List.of()));

    assertThat(services.get(0).get("/v1/stores", token).text())
        .isEqualTo("{\"items\":[{\"name\":\"vault\",\"entries\":9}]}");
  }

  @Test
  void batchWithOneKeyOutside_writesNothing() {
    String token = tokens.add("limited", Role.WRITE, LIMITS);
    String body = "{\"ui.a\":9,\"ui.new\":9,\"db.password\":9}";
    for (String query : List.of("", "?atomic=true", "?atomic=false")) {
      Reply reply = services.get(0).put("/v1/stores/app/values" + query, body, token);
      assertThat(reply.status()).isEqualTo(403);
      assertThat(reply.json().path("key").asText()).isEqualTo("db.password");
    }
    assertThat(services.get(0).get("/v1/stores/app/values", operator).text()).isEqualTo(ALL);
  }
}
