package dev.kvstore.http.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.api.pages.OpenApi;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests writes with an idempotency key that arrive more than once. */
@Timeout(60)
class IdempotencyCacheTest {
  private static final String KEY = "/v1/stores/app/keys/k";
  private static final String COUNTER = "/v1/stores/app/counters/k";

  private final String etag = new ObjectId().toHexString();
  private final String named = "KV-Etag: " + etag;

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

  @Test
  void everyWrite_withAnEtag_givesItToTheEntry() {
    assertThat(service.put(KEY, "1", named).etag()).isEqualTo(etag);
    String patched = new ObjectId().toHexString();
    assertThat(patch("{}", "KV-Etag: " + patched).etag()).isEqualTo(patched);
    service.delete(KEY);
    String counted = new ObjectId().toHexString();
    assertThat(service.post(COUNTER, "", "KV-Etag: " + counted).etag()).isEqualTo(counted);
    String stored = new ObjectId().toHexString();
    assertThat(
            service.put("/v1/stores/app/defaults/d", "1", "KV-Etag: " + stored).etag())
        .isEqualTo(stored);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "6740F1C2A94D3E0B8C5A7712",
        "\"6740f1c2a94d3e0b8c5a7712\"",
        "000000000000000000000000"
      })
  void etag_malformed_isRefused(String malformed) {
    Reply reply = service.put(KEY, "1", "KV-Etag: " + malformed);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().path("code").asText()).isEqualTo("invalid-parameter");
    assertThat(service.get(KEY).status()).isEqualTo(404);
  }

  @Test
  void etag_twoOfThem_isRefused() {
    assertThat(service.put(KEY, "1", named, "KV-Etag: " + new ObjectId()).status())
        .isEqualTo(400);
  }

  @Test
  void increment_again_isAnsweredAsBeforeAndNotDone() {
    Reply first = service.post(COUNTER, "{\"by\":5}", named);
    service.post(COUNTER, "{\"by\":100}");
    Reply again = service.post(COUNTER, "{\"by\":5}", named);

    assertThat(first.header("KV-Replayed")).isNull();
    assertThat(again.header("KV-Replayed")).isEqualTo("true");
    assertThat(again.status()).isEqualTo(first.status());
    assertThat(again.json()).isEqualTo(first.json());
    assertThat(service.get(KEY).text()).isEqualTo("105");
  }

  @Test
  void set_againAfterAnotherWrite_doesNotBringTheOldValueBack() {
    Reply first = service.put(KEY, "\"old\"", named);
    service.put(KEY, "\"new\"");
    Reply again = service.put(KEY, "\"old\"", named);

    new OpenApi().assertDescribed("PUT", KEY, again);
    assertThat(again.status()).isEqualTo(201);
    assertThat(again.json()).isEqualTo(first.json());
    assertThat(service.get(KEY).text()).isEqualTo("\"new\"");
  }

  @Test
  void delete_again_leavesWhatWasWrittenSince() {
    service.put(KEY, "1");
    assertThat(service.delete(KEY, named).status()).isEqualTo(204);
    service.put(KEY, "2");
    Reply again = service.delete(KEY, named);

    assertThat(again.status()).isEqualTo(204);
    assertThat(again.header("KV-Replayed")).isEqualTo("true");
    assertThat(service.get(KEY).text()).isEqualTo("2");
  }

  @Test
  void delete_ofNothingAgain_isNotFoundAgain() {
    assertThat(service.delete(KEY, named).status()).isEqualTo(404);
    service.put(KEY, "2");
    Reply again = service.delete(KEY, named);

    new OpenApi().assertDescribed("DELETE", KEY, again);
    assertThat(again.status()).isEqualTo(404);
    assertThat(again.header("KV-Replayed")).isEqualTo("true");
    assertThat(service.get(KEY).text()).isEqualTo("2");
  }

  @Test
  void patchAndBatch_again_areNotDone() {
    service.put(KEY, "{\"n\":1}");
    patch("{\"n\":2}", named);
    String batch = "KV-Etag: " + new ObjectId();
    Reply first = service.put("/v1/stores/app/values", "{\"b\":1}", batch);
    service.put(KEY, "{\"n\":3}");
    service.put("/v1/stores/app/keys/b", "2");
    patch("{\"n\":2}", named);
    Reply again = service.put("/v1/stores/app/values", "{\"b\":1}", batch);

    assertThat(again.json()).isEqualTo(first.json());
    assertThat(service.get(KEY).text()).isEqualTo("{\"n\":3}");
    assertThat(service.get("/v1/stores/app/keys/b").text()).isEqualTo("2");
  }

  @Test
  void condition_failed_failsAgainThoughItHolds() {
    assertThat(service.put(KEY, "1", "If-Match: *", named).status()).isEqualTo(412);
    service.put(KEY, "2");
    Reply again = service.put(KEY, "1", "If-Match: *", named);

    new OpenApi().assertDescribed("PUT", KEY, again);
    assertThat(again.status()).isEqualTo(412);
    assertThat(again.json().path("code").asText()).isEqualTo("precondition-failed");
    assertThat(again.header("KV-Replayed")).isEqualTo("true");
    assertThat(service.get(KEY).text()).isEqualTo("2");
  }

  /** Requests that differ in one respect from a {@code PUT} of 1. */
  private static final List<Request> OTHERS = List.of(
      new Request("POST", COUNTER, ""),
      new Request("DELETE", KEY, null),
      new Request("PUT", "/v1/stores/app/defaults/k", "1"),
      new Request("PUT", "/v1/stores/app/values", "{}"),
      new Request("PUT", "/v1/stores/app/keys/other", "1"),
      new Request("PUT", "/v1/stores/other/keys/k", "1"),
      new Request("PUT", KEY + "?ttl=PT1H", "1"),
      new Request("PUT", KEY, "2"),
      new Request("PUT", KEY, "1 "),
      new Request("PUT", KEY, "1", "Content-Type: application/json"));

  @Test
  void sameEtag_anotherRequest_isRefused() {
    Reply first = service.put(KEY, "1", named);

    for (Request other : OTHERS) {
      Reply refused = send(other, named);
      new OpenApi().assertDescribed(other.method, other.path, refused);
      assertThat(refused.status()).as(other.toString()).isEqualTo(422);
      assertThat(refused.code()).isEqualTo("repeated-write");
      assertThat(refused.header("KV-Replayed")).isNull();
    }
    assertThat(service.get(KEY).headers()).containsEntry("KV-Version", "1");
    assertThat(service.put(KEY, "1", named).json()).isEqualTo(first.json());
  }

  /** As after a restart, or on another node. */
  @Test
  void presentEtag_whenNobodyRemembersIt_isRefused() {
    List<Request> others = OTHERS.stream()
        .filter(other -> other.path.matches("/v1/stores/app/[a-z]+/k([?].*)?"))
        .toList();
    Map<Request, String> etags = new HashMap<>();
    for (Request other : others) {
      String key = "k" + etags.size();
      etags.put(other, service.put("/v1/stores/app/keys/" + key, "1").etag());
    }
    restart();

    int i = 0;
    for (Request other : others) {
      String key = "k" + i++;
      String present = etags.get(other);
      Request request =
          new Request(other.method, other.path.replaceFirst("/k(?=[?]|$)", "/" + key), other.body);
      Reply refused = send(request, "KV-Etag: " + present);
      new OpenApi().assertDescribed(request.method, request.path, refused);
      assertThat(refused.status()).as(request.toString()).isEqualTo(400);
      assertThat(refused.code()).isEqualTo("invalid-parameter");
      assertThat(refused.json().path("key").asText()).isEqualTo(key);
      assertThat(refused.json().path("etag").asText()).isEqualTo(present);
      assertThat(service.get("/v1/stores/app/keys/" + key).headers())
          .containsEntry("KV-Version", "1");
    }
    assertThat(i).isGreaterThan(5);
  }

  @Test
  void presentEtag_ofAPatch_isRefused() {
    service.put(KEY, "{\"n\":1}", named);
    restart();

    assertThat(patch("{\"n\":2}", named).status()).isEqualTo(400);
    assertThat(service.get(KEY).json().path("n").asInt()).isEqualTo(1);
  }

  /** This allows querying the outcome of a write without executing it. */
  @Test
  void sameWrite_underAnotherCondition_isAnsweredAsBefore() {
    Reply first = service.post(COUNTER, "", named);
    Reply again = service.post(COUNTER, "", named, "If-Match: \"000000000000000000000000\"");

    assertThat(again.header("KV-Replayed")).isEqualTo("true");
    assertThat(again.json()).isEqualTo(first.json());
  }

  /** A token must not learn anything from the response to another token. */
  @Test
  void sameEtag_anotherToken_isAnotherWrite() {
    TestTokens tokens = new TestTokens();
    String alice = tokens.add("alice", Role.WRITE, Limits.NONE);
    String bob = tokens.add("bob", Role.WRITE, Limits.NONE);
    restart(new AccessControl(tokens.authenticator(), null, false));
    String values = "/v1/stores/app/values";
    service.put(KEY, "1", alice);

    assertThat(service
            .put(values, "{\"a\":1}", alice, named)
            .json()
            .path("created")
            .asInt())
        .isEqualTo(1);
    Reply batch = service.put(values, "{\"a\":1}", bob, named);
    Reply deleted = service.delete(KEY, bob, named.replace(etag, "1" + etag.substring(1)));
    Reply again = service.delete(KEY, alice, named.replace(etag, "1" + etag.substring(1)));

    assertThat(batch.header("KV-Replayed")).isNull();
    assertThat(batch.json().path("replaced").asInt()).isEqualTo(1);
    assertThat(deleted.status()).isEqualTo(204);
    assertThat(again.header("KV-Replayed")).isNull();
    assertThat(again.status()).isEqualTo(404);
  }

  @Test
  void write_certainlyNotDone_isDoneWhenItComesAgain() {
    database.fail(new UnavailableException("down", null));
    Reply refused = service.post(COUNTER, "", named);
    database.before(method -> {});
    Reply again = service.post(COUNTER, "", named);

    assertThat(refused.json().path("outcome").asText()).isEqualTo("not-done");
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.header("KV-Replayed")).isNull();
    assertThat(service.get(KEY).text()).isEqualTo("1");
  }

  @Test
  void write_ofUnknownOutcome_isNotDoneAgain() {
    database.fail(new OutcomeUnknownException("lost", null));
    service.post(COUNTER, "", named);
    database.before(method -> {});
    Reply again = service.post(COUNTER, "", named);

    new OpenApi().assertDescribed("POST", COUNTER, again);
    assertThat(again.status()).isEqualTo(503);
    assertThat(again.json().path("outcome").asText()).isEqualTo("unknown");
    assertThat(again.header("KV-Replayed")).isEqualTo("true");
    assertThat(service.get(KEY).status()).isEqualTo(404);
  }

  @Test
  void write_whileTheFirstIsBeingDone_isDoneOnce() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    AtomicInteger increments = new AtomicInteger();
    database.before(method -> {
      if (method.equals("Add")) {
        increments.incrementAndGet();
        begun.countDown();
        await(released);
      }
    });
    ExecutorService clients = Executors.newFixedThreadPool(2);
    try {
      CompletableFuture<Reply> first =
          CompletableFuture.supplyAsync(() -> service.post(COUNTER, "", named), clients);
      assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Reply> second =
          CompletableFuture.supplyAsync(() -> service.post(COUNTER, "", named), clients);
      released.countDown();
      Reply answer = first.get(20, TimeUnit.SECONDS);
      assertThat(answer.text()).contains("\"value\":1");
      assertThat(second.get(20, TimeUnit.SECONDS).json()).isEqualTo(answer.json());
      assertThat(increments).hasValue(1);
    } finally {
      released.countDown();
      clients.shutdownNow();
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Request(
      String method, String path, @Nullable String body, String... headers) {}

  private Reply send(Request request, String name) {
    List<String> headers = new ArrayList<>(List.of(request.headers));
    headers.add(name);
    byte[] body = request.body == null ? null : request.body.getBytes(StandardCharsets.UTF_8);
    return service.send(request.method, request.path, body, headers.toArray(String[]::new));
  }

  private void restart() {
    service.close();
    start();
  }

  private void restart(AccessControl accessControl) {
    service.close();
    service = TestService.start(SqliteEntryDatabase.open(folder.resolve("test.db")), accessControl);
  }

  private Reply patch(String patch, String header) {
    return service.send(
        "PATCH",
        KEY,
        patch.getBytes(StandardCharsets.UTF_8),
        "Content-Type: application/merge-patch+json",
        header);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
