package dev.kvstore.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.sqlite.SqliteEntryDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes that name themselves by an etag, and come more than once. */
@Timeout(60)
class RepeatedWritesTest {
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
  @ValueSource(strings = {"", "x", "6740F1C2A94D3E0B8C5A7712", "\"6740f1c2a94d3e0b8c5a7712\""})
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

  @Test
  void sameEtag_anotherKeyOrMethod_isAnotherWrite() {
    service.put(KEY, "1", named);
    assertThat(service.put("/v1/stores/app/keys/other", "1", named).status()).isEqualTo(201);
    assertThat(service.put("/v1/stores/other/keys/k", "1", named).status()).isEqualTo(201);
    assertThat(service.delete(KEY, named).header("KV-Replayed")).isNull();
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
      if (method.equals("increment")) {
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
