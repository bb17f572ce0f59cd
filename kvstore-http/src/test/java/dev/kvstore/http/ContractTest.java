package dev.kvstore.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.http.api.pages.OpenApi;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.RateLimiter;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests every resource and every error of the contract with a request over a socket; each response
 * must match the description. Other tests test each resource in depth.
 */
class ContractTest {
  /** Stands for the etag of the entry {@code text}. */
  private static final String ETAG = "ETAG";

  private static HookedDatabase database;
  private static TestService service;
  private static final OpenApi API = new OpenApi();

  private String etag = "";

  @BeforeAll
  static void start(@TempDir Path folder) {
    database = new HookedDatabase(TestService.database(folder));
    service = TestService.start(database, ServerSettings.DEFAULT);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @BeforeEach
  void write() {
    database.before(method -> {});
    service.delete("/v1/stores/app?confirm=app");
    etag = service.put("/v1/stores/app/keys/text", "\"dark\"").etag();
    service.put("/v1/stores/app/keys/number", "1");
    service.put("/v1/stores/app/labels/now", "{}");
    service.put("/v1/stores/off/settings", "{\"history\":{\"enabled\":false}}");
    service.put("/v1/stores/app/keys/object?ttl=PT1H", "{\"a\":1,\"b\":{\"c\":null}}");
  }

  /** The method and path, the header lines, the body, and the status with its code. */
  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
          GET     | /v1/stores/app/keys/text                 |                         |              | 200
          GET     | /v1/stores/app/keys/object               |                         |              | 200
          GET     | /v1/stores/app/keys/object?view=entry    |                         |              | 200
          GET     | /v1/stores/app/keys/text                 | Accept: application/bson|              | 200
          GET     | /v1/stores/app/keys/text                 | If-None-Match: ETAG     |              | 304
          GET     | /v1/stores/app/keys/text                 | If-None-Match: "x"      |              | 200
          GET     | /v1/stores/app/keys/none                 |                         |              | 404 key-not-found
          HEAD    | /v1/stores/app/keys/text                 |                         |              | 200
          PUT     | /v1/stores/app/keys/new                  |                         | 1            | 201
          PUT     | /v1/stores/app/keys/text?ttl=PT1H        |                         | null         | 200
          PUT     | /v1/stores/app/keys/text                 | If-Match: ETAG          | 1            | 200
          PUT     | /v1/stores/app/keys/text                 | If-Match: *             | 1            | 200
          PUT     | /v1/stores/app/keys/text                 | If-Match: "x"           | 1            | 412 precondition-failed
          PUT     | /v1/stores/app/keys/text                 | If-None-Match: *        | 1            | 412 precondition-failed
          PATCH   | /v1/stores/app/keys/object               | MERGE                   | {"b":null}   | 200
          PATCH   | /v1/stores/app/keys/none                 | MERGE                   | {}           | 404 key-not-found
          PATCH   | /v1/stores/app/keys/text                 | MERGE; If-Match: "x"    | {}           | 412 precondition-failed
          PATCH   | /v1/stores/app/keys/object               |                         | {}           | 415 unsupported-media-type
          DELETE  | /v1/stores/app/keys/text                 | If-Match: ETAG          |              | 204
          DELETE  | /v1/stores/app/keys/text                 | If-Match: "x"           |              | 412 precondition-failed
          DELETE  | /v1/stores/app/keys/none                 |                         |              | 404 key-not-found
          PUT     | /v1/stores/app/defaults/new              |                         | 1            | 201
          PUT     | /v1/stores/app/defaults/text             |                         | 1            | 200
          POST    | /v1/stores/app/counters/number           |                         | {"by":-3}    | 200
          POST    | /v1/stores/app/counters/new              |                         |              | 200
          POST    | /v1/stores/app/counters/number           | If-Match: "x"           |              | 412 precondition-failed
          POST    | /v1/stores/app/counters/text             |                         |              | 409 type-mismatch
          GET     | /v1/stores/app/values                    |                         |              | 200
          GET     | /v1/stores/app/values?prefix=t           |                         |              | 200
          GET     | /v1/stores/app/values?key=text&key=none  |                         |              | 200
          GET     | /v1/stores/none/values                   |                         |              | 200
          PUT     | /v1/stores/app/values                    |                         | {"a":1}      | 200
          PUT     | /v1/stores/app/values?atomic=true        |                         | {"a":1,"b":2}| 200
          GET     | /v1/stores/app/keys                      |                         |              | 200
          GET     | /v1/stores/app/keys?limit=1              |                         |              | 200
          GET     | /v1/stores/app/keys?after=text&values=true|                        |              | 200
          GET     | /v1/stores/app/keys?prefix=t&view=keys   |                         |              | 200
          GET     | /v1/stores/app/keys?key=text&values=true |                         |              | 200
          GET     | /v1/stores                               |                         |              | 200
          DELETE  | /v1/stores/app?confirm=app               |                         |              | 204
          DELETE  | /v1/stores/none?confirm=none             |                         |              | 404 no-such-resource
          DELETE  | /v1/stores/app                           |                         |              | 428 precondition-required
          DELETE  | /v1/stores/app?confirm=other             |                         |              | 400 invalid-parameter
          HEAD    | /v1/stores/app/events                    |                         |              | 200
          GET     | /v1/stores/app/events                    | Accept: text/html       |              | 406 not-acceptable
          GET     | /v1/stores/app/events                    | Last-Event-ID: x        |              | 400 invalid-parameter
          GET     | /metrics                                 |                         |              | 200
          GET     | /health/live                             |                         |              | 200
          GET     | /health/ready                            |                         |              | 200
          GET     | /openapi.json                            |                         |              | 200
          GET     | /docs                                    |                         |              | 200
          GET     | /                                        |                         |              | 200
          GET     | /v1/stores/app/keys/text?at=2026-01-01T00:00:00 |                  |              | 400 invalid-parameter
          GET     | /v1/stores/app/keys/text?at=nothing      |                         |              | 404 label-not-found
          GET     | /v1/stores/app/keys/text?at=now&view=entry |                       |              | 200
          GET     | /v1/stores/app/values?at=now             |                         |              | 200
          GET     | /v1/stores/app/values?at=nothing         |                         |              | 404 label-not-found
          GET     | /v1/stores/app/keys?at=now&limit=1       |                         |              | 200
          GET     | /v1/stores/app/snapshot?at=now           |                         |              | 200
          GET     | /v1/stores/app/snapshot?at=nothing       |                         |              | 404 label-not-found
          GET     | /v1/stores/app/keys?at=nothing           |                         |              | 404 label-not-found
          GET     | /v1/stores/app/history/text              |                         |              | 200
          GET     | /v1/stores/app/history/text?values=true&limit=1 |                  |              | 200
          GET     | /v1/stores/app/history/text?version=1    |                         |              | 200
          GET     | /v1/stores/app/history/text?etag=none    |                         |              | 404 version-not-found
          GET     | /v1/stores/app/history                   |                         |              | 200
          GET     | /v1/stores/app/history?limit=2&values=true |                       |              | 200
          GET     | /v1/stores/app/history?since=1           |                         |              | 400 invalid-parameter
          GET     | /v1/stores/off/history                   |                         |              | 409 no-history
          GET     | /v1/stores/app/changes                   |                         |              | 200
          GET     | /v1/stores/app/changes?values=true&limit=1 |                       |              | 200
          GET     | /v1/stores/none/changes                  |                         |              | 200
          GET     | /v1/stores/app/changes?after=x           |                         |              | 400 invalid-parameter
          POST    | /v1/stores/app/copies                    |                         | {"prefix":"t","toStore":"contract"} | 200
          POST    | /v1/stores/app/copies?dryRun=true        |                         | {"keys":["text"],"toPrefix":"x."} | 200
          POST    | /v1/stores/app/copies                    | If-Match: "x"           | {"prefix":"t"} | 412 precondition-failed
          POST    | /v1/stores/app/copies                    |                         | {"to":"t"}   | 400 invalid-value
          POST    | /v1/stores/app/copies                    |                         | {"prefix":"t","toPrefix":"//"} | 400 invalid-key
          POST    | /v1/stores/app/copies                    |                         | {"prefix":"t","toStore":"_"} | 400 invalid-store
          GET     | /v1/stores/app/differences?with=other&limit=1 |                    |              | 200
          HEAD    | /v1/stores/app/differences?with=none     |                         |              | 200
          GET     | /v1/stores/app/differences               |                         |              | 400 invalid-parameter
          POST    | /v1/stores/app/rollbacks/text            |                         | {"version":1}| 200
          POST    | /v1/stores/app/rollbacks/text            |                         | {"version":9}| 404 version-not-found
          POST    | /v1/stores/app/rollbacks/text            | If-Match: "x"           | {"version":1}| 412 precondition-failed
          POST    | /v1/stores/app/rollbacks?prefix=&dryRun=true |                     | {"at":"now"} | 200
          POST    | /v1/stores/app/rollbacks?prefix=t        |                         | {"at":"now"} | 200
          POST    | /v1/stores/app/rollbacks?prefix=t        | If-Match: "x"           | {"at":"now"} | 412 precondition-failed
          POST    | /v1/stores/app/rollbacks?prefix=t        |                         | {"at":"none"}| 404 label-not-found
          POST    | /v1/stores/off/rollbacks?prefix=t        |                         | {"at":"2026-01-01T00:00:00Z"} | 409 no-history
          GET     | /v1/stores/app/labels                    |                         |              | 200
          GET     | /v1/stores/app/labels/now                |                         |              | 200
          GET     | /v1/stores/app/labels/none               |                         |              | 404 label-not-found
          PUT     | /v1/stores/app/labels/now                |                         | {}           | 200
          PUT     | /v1/stores/contract/labels/a%20b%2Fc/d   |                         | {"comment":"x"} | 201
          PUT     | /v1/stores/app/labels/now                |                         | {"by":"x"}   | 400 invalid-value
          PUT     | /v1/stores/off/labels/now                |                         | {}           | 409 no-history
          DELETE  | /v1/stores/app/labels/now                |                         |              | 204
          DELETE  | /v1/stores/app/labels/none               |                         |              | 404 label-not-found
          GET     | /v1/stores/app/settings                  |                         |              | 200
          PUT     | /v1/stores/other/settings                |                         | {"history":{"revisions":3}} | 200
          PUT     | /v1/stores/other/settings                |                         | {"history":1}| 400 invalid-value
          GET     | /v1/stores/app/snapshot                  |                         |              | 200
          GET     | /v1/stores/app/snapshot?format=yaml      |                         |              | 200
          HEAD    | /v1/stores/app/snapshot?format=exact     |                         |              | 200
          GET     | /v1/stores/app/snapshot                  | Accept: text/html       |              | 406 not-acceptable
          PUT     | /v1/stores/app/snapshot                  |                         | {"text":1}   | 200
          PUT     | /v1/stores/app/snapshot?mode=replace     |                         | {}           | 200
          PUT     | /v1/stores/app/snapshot?dryRun=true      |                         | {"text":1}   | 200
          PUT     | /v1/stores/app/snapshot                  | If-Match: "x"           | {}           | 412 precondition-failed
          PUT     | /v1/stores/app/snapshot                  |                         | {"a":1e99999}| 422 validation-failed
          PUT     | /v1/stores/app/snapshot                  | Content-Type: image/png | {}           | 415 unsupported-media-type
          PUT     | /v1/stores/app/snapshot?mode=all         |                         | {}           | 400 invalid-parameter
          GET     | /v1/stores/app/snapshot?at=now           |                         |              | 200
          GET     | /v1/stores/app/snapshot?at=nothing       |                         |              | 404 label-not-found
          GET     | /v1/nothing                              |                         |              | 404 no-such-resource
          GET     | /v1/stores/app/keys/a//b                 |                         |              | 400 invalid-key
          GET     | /v1/stores/app/keys/%ff                  |                         |              | 400 invalid-key
          GET     | /v1/stores/1st/keys                      |                         |              | 400 invalid-store
          PUT     | /v1/stores/app/keys/text                 |                         | {            | 400 invalid-json
          PUT     | /v1/stores/app/keys/text                 |                         | {"a":1,"a":2}| 400 invalid-json
          PUT     | /v1/stores/app/keys/text                 |                         | 1e99999      | 400 invalid-value
          POST    | /v1/stores/app/counters/number           |                         | {"by":1.5}   | 400 invalid-value
          PUT     | /v1/stores/app/keys/text?ttl=1hour       |                         | 1            | 400 invalid-parameter
          GET     | /v1/stores/app/keys?limit=0              |                         |              | 400 invalid-parameter
          GET     | /v1/stores/app/keys/text                 | Sync-Token: x           |              | 400 invalid-parameter
          PUT     | /v1/stores/app/keys/text                 | Origin: http://evil.test| 1            | 403 forbidden
          POST    | /v1/stores/app/keys/text                 |                         | 1            | 405 method-not-allowed
          PUT     | /v1/stores                               |                         | 1            | 405 method-not-allowed
          DELETE  | /health/live                             |                         |              | 405 method-not-allowed
          GET     | /v1/stores/app/keys/text                 | Accept: text/html       |              | 406 not-acceptable
          PUT     | /v1/stores/app/keys/text                 | Accept: text/html       | 1            | 406 not-acceptable
          PUT     | /v1/stores/app/keys/text                 | Content-Type: text/plain| 1            | 415 unsupported-media-type
          PUT     | /v1/stores/app/values                    | Content-Encoding: gzip  | {}           | 415 unsupported-media-type
          """)
  void row_isAnsweredAsTheContractSays(
      String method, String path, @Nullable String headers, @Nullable String body, String answer) {
    Reply reply = service.send(
        method,
        path,
        body == null ? null : body.getBytes(StandardCharsets.UTF_8),
        headers == null ? new String[0] : lines(headers));

    assertAnswer(reply, answer);
    API.assertDescribed(method, path, reply);
  }

  /** Errors of the database, as they are reported. */
  @ParameterizedTest
  @CsvSource({
    "PATCH,/v1/stores/app/keys/object,CONFLICT,409 conflict",
    "PUT,/v1/stores/app/keys/text,VALIDATION_FAILED,422 validation-failed",
    "PUT,/v1/stores/app/values?atomic=true,ATOMIC_NOT_SUPPORTED,501 atomic-not-supported",
    "GET,/v1/stores/app/keys/text,UNAVAILABLE,503 unavailable",
    "PUT,/v1/stores/app/keys/text,UNAVAILABLE,503 unavailable",
    "PUT,/v1/stores/app/keys/text,OUTCOME_UNKNOWN,503 unavailable",
    "GET,/v1/stores/app/values,UNAVAILABLE,503 unavailable",
    "GET,/v1/stores,UNAVAILABLE,503 unavailable",
    "GET,/v1/stores/app/keys/text,INTERNAL,500 internal"
  })
  void failure_isAnsweredAsTheContractSays(
      String method, String path, ErrorCode failure, String answer) {
    database.fail(new KVException(failure, "what happened"));
    Reply reply = service.send(
        method,
        path,
        method.equals("GET") ? null : "{\"a\":1}".getBytes(StandardCharsets.UTF_8),
        method.equals("PATCH") ? lines("MERGE") : new String[0]);

    assertAnswer(reply, answer);
    assertThat(reply.header("Retry-After")).isEqualTo(reply.status() == 503 ? "1" : null);
    API.assertDescribed(method, path, reply);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/v1/stores/app/keys/text,none,401 unauthenticated",
    "GET,/v1/stores/none/keys,none,401 unauthenticated",
    "GET,/v1/stores/app/keys/text,reader,404 key-not-found",
    "DELETE,/v1/stores/app/keys/text,reader,403 forbidden",
    "GET,/v1/stores/other/keys/text,reader,403 forbidden",
    "GET,/health/live,none,200"
  })
  void token_isAskedForAsTheContractSays(
      String method, String path, String who, String answer, @TempDir Path other) {
    TestTokens tokens = new TestTokens();
    String reader = tokens.add("reader", Role.READ, new Limits(List.of("app"), List.of()));
    AccessControl accessControl = new AccessControl(tokens.authenticator(), null, false);
    try (TestService guarded =
        TestService.start(SqliteEntryDatabase.open(other.resolve("test.db")), accessControl)) {
      Reply reply = guarded.send(
          method, path, null, who.equals("reader") ? new String[] {reader} : new String[0]);

      assertAnswer(reply, answer);
      assertThat(reply.header("WWW-Authenticate"))
          .isEqualTo(reply.status() == 401 ? "Bearer" : null);
      API.assertDescribed(method, path, reply);
    }
  }

  @Test
  void tooManyRequests_areAnsweredAsTheContractSays(@TempDir Path other) {
    RateLimiter once = new RateLimiter(1, () -> 0);
    AccessControl accessControl = new AccessControl(new TestTokens().authenticator(), once, false);
    try (TestService limited =
        TestService.start(SqliteEntryDatabase.open(other.resolve("test.db")), accessControl)) {
      assertAnswer(limited.get("/v1/stores"), "200");
      Reply reply = limited.get("/v1/stores");

      assertAnswer(reply, "429 too-many-requests");
      assertThat(reply.header("Retry-After")).isEqualTo("1");
      API.assertDescribed("GET", "/v1/stores", reply);
    }
  }

  @Test
  void tooLarge_isAnsweredAsTheContractSays() {
    String path = "/v1/stores/app/keys/text";
    Reply body = service.put(path, '"' + "x".repeat(2_000_000) + '"');
    Reply headers = service.get(path, "A: " + "x".repeat(100_000));

    assertAnswer(body, "413 too-large");
    API.assertDescribed("PUT", path, body);
    assertAnswer(headers, "431 headers-too-large");
  }

  private static void assertAnswer(Reply reply, String answer) {
    String[] expected = answer.split(" ", -1);
    assertThat(reply.status()).as(reply.toString()).isEqualTo(Integer.parseInt(expected[0]));
    assertThat(reply.code()).isEqualTo(expected.length == 1 ? "" : expected[1]);
    assertThat(reply.complete()).isTrue();
    if (reply.status() >= 400) {
      assertThat(reply.json().path("status").asInt()).isEqualTo(reply.status());
      assertThat(reply.json().path("requestId").asText()).isEqualTo(reply.header("X-Request-Id"));
      assertThat(reply.text()).doesNotContain("Exception").doesNotContain("<html");
    }
  }

  private String[] lines(String headers) {
    return Arrays.stream(headers.split(";", -1))
        .map(String::strip)
        .map(line -> line.equals("MERGE") ? "Content-Type: application/merge-patch+json" : line)
        .map(line -> line.replace(ETAG, '"' + etag + '"'))
        .toArray(String[]::new);
  }
}
