package dev.kvstore.http.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.BatchOutcome;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.api.pages.OpenApi;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Authenticator;
import dev.kvstore.http.auth.Tokens;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailureTest {
  private static final String KEY = "/v1/stores/app/keys/k";
  private static final String VALUES = "/v1/stores/app/values";

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
  void unavailable_ofARead_saysNothingOfAnOutcome() {
    database.fail(new UnavailableException("The database did not answer", null));
    Reply reply = service.get(KEY);

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.code()).isEqualTo("unavailable");
    assertThat(reply.header("Retry-After")).isEqualTo("1");
    assertThat(reply.json().has("outcome")).isFalse();
    assertThat(reply.json().path("detail").asText()).contains("database", "log");
  }

  @Test
  void unavailable_namesNoHostOrFile() {
    String secret = "MongoDB at db1.internal:27017, file /srv/kv/kvstore.db";
    database.fail(new UnavailableException(secret + " did not answer", null));
    List<Reply> replies = new ArrayList<>(
        List.of(service.get("/health/ready"), service.get(KEY), service.put(KEY, "1")));
    database.fail(new OutcomeUnknownException(secret + " did not answer", null));
    replies.add(service.put(KEY, "1"));

    assertThat(replies).allSatisfy(reply -> {
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.toString()).doesNotContain("db1.internal", ":27017", "/srv", "kvstore.db");
    });
  }

  @Test
  void unavailable_ofAWrite_saysThatItWasNotDone() {
    database.fail(new UnavailableException("The database did not answer", null));

    for (Reply reply : new Reply[] {
      service.put(KEY, "1"),
      service.delete(KEY),
      service.put("/v1/stores/app/defaults/k", "1"),
      service.post("/v1/stores/app/counters/k", ""),
      service.put(VALUES, "{\"a\":1}")
    }) {
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.header("Retry-After")).isEqualTo("1");
      assertThat(reply.json().path("outcome").asText()).isEqualTo("not-done");
    }
  }

  @Test
  void outcomeUnknown_isUnavailableWithUnknownOutcome() {
    database.fail(new OutcomeUnknownException("The reply was lost", null));
    Reply reply = service.put(KEY, "1");

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.code()).isEqualTo("unavailable");
    assertThat(reply.header("Retry-After")).isEqualTo("1");
    assertThat(reply.json().path("outcome").asText()).isEqualTo("unknown");
  }

  @Test
  void batchThatFailed_saysWhatBecameOfEachKey() {
    database.fail(KVException.with(
        new OutcomeUnknownException("The reply was lost", null),
        new BatchOutcome(List.of("a"), List.of("c"), List.of("b"))));
    Reply reply = service.put(VALUES, "{\"a\":1,\"b\":2,\"c\":3}");

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.json().path("outcome").asText()).isEqualTo("unknown");
    assertThat(reply.json().path("written").toString()).isEqualTo("[\"a\"]");
    assertThat(reply.json().path("notWritten").toString()).isEqualTo("[\"c\"]");
    assertThat(reply.json().path("unknown").toString()).isEqualTo("[\"b\"]");
  }

  @Test
  void atomicNotSupported_is501() {
    database.fail(new AtomicNotSupportedException("No transactions"));
    Reply reply = service.put(VALUES + "?atomic=true", "{\"a\":1}");

    assertThat(reply.status()).isEqualTo(501);
    assertThat(reply.code()).isEqualTo("atomic-not-supported");
  }

  @ParameterizedTest
  @EnumSource(
      value = ErrorCode.class,
      names = {"UNAUTHENTICATED", "FORBIDDEN", "CLOSED"})
  void credentialsOfTheService_areNotTheCallersFault(ErrorCode code) {
    database.fail(new KVException(code, "user hunter2 was refused"));
    Reply reply = service.get(KEY);

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.code()).isEqualTo("unavailable");
    assertThat(reply.text()).doesNotContain("hunter2");
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void everyErrorOfTheStore_isAProblem(ErrorCode code) {
    database.fail(new KVException(code, "what happened"));
    Reply reply = service.get(KEY);

    assertThat(reply.status()).isBetween(400, 503);
    assertThat(reply.code()).isEqualTo(ErrorKind.of(code).code());
    assertThat(reply.json().path("requestId").asText()).isEqualTo(reply.header("X-Request-Id"));
    assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
    assertThat(reply.header("ETag")).isNull();
  }

  @ParameterizedTest
  @ValueSource(classes = {IllegalStateException.class, StackOverflowError.class})
  void anythingElse_isInternalWithoutItsMessage(Class<? extends Throwable> type) throws Exception {
    Throwable failure = type.getConstructor(String.class).newInstance("user=root password=hunter2");
    database.before(method -> {
      if (failure instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure;
    });
    Reply reply = service.get(KEY, "X-Request-Id: abc-1");

    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.code()).isEqualTo("internal");
    assertThat(reply.text()).doesNotContain("hunter2").doesNotContain("Exception");
    assertThat(reply.json().path("requestId").asText()).isEqualTo("abc-1");
    database.before(method -> {});
    assertThat(service.get(KEY).status()).isEqualTo(404);
  }

  @Test
  void streamThatBreaks_isSeenToBeIncomplete() {
    String values = IntStream.range(0, 1500)
        .mapToObj(i -> "\"k%04d\":\"%s\"".formatted(i, "x".repeat(1000)))
        .collect(Collectors.joining(",", "{", "}"));
    assertThat(service.put(VALUES, values).status()).isEqualTo(200);
    AtomicInteger scans = new AtomicInteger();
    database.before(method -> {
      if (method.equals("scan") && scans.incrementAndGet() == 2) {
        throw new UnavailableException("gone", null);
      }
    });
    Reply reply = service.get(VALUES);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.complete()).isFalse();
    assertThat(reply.text()).doesNotContain("gone").doesNotEndWith("}");
  }

  @Test
  void streamThatFailsAtOnce_isAProblem() {
    database.fail(new UnavailableException("gone", null));

    assertThat(service.get(VALUES).status()).isEqualTo(503);
    assertThat(service.get(VALUES, "Accept: application/bson").code()).isEqualTo("unavailable");
  }

  @Test
  void ready_withDatabase_isUp() {
    Reply reply = service.get("/health/ready");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("status").asText()).isEqualTo("up");
    assertThat(reply.json().at("/database/kind").asText()).isEqualTo("unknown");
    assertThat(reply.json().at("/database/latencyMillis").isNumber()).isTrue();
    assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
  }

  @Test
  void ready_withoutDatabase_isUnavailableUntilItIsBack() {
    database.fail(new UnavailableException("The database did not answer", null));
    Reply reply = service.get("/health/ready");

    new OpenApi().assertDescribed("GET", "/health/ready", reply);
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.code()).isEqualTo("unavailable");
    assertThat(reply.json().path("database").asText()).isEqualTo("unknown");
    assertThat(reply.header("Retry-After")).isEqualTo("1");
    assertThat(service.get("/health/live").text()).isEqualTo("{\"status\":\"up\"}");
    database.before(method -> {});
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> service.get("/health/ready").status() == 200);
  }

  @Test
  void ready_withoutTokens_isUnavailableUntilTheyCanBeRead() {
    AtomicBoolean readable = new AtomicBoolean();
    Supplier<Tokens> tokens = () -> {
      if (!readable.get()) {
        throw new UnavailableException("The tokens cannot be read", null);
      }
      return Tokens.NOT_CONFIGURED;
    };
    AccessControl accessControl =
        new AccessControl(new Authenticator(tokens, true, Clock.systemUTC()), null, false);
    try (TestService other =
        TestService.start(SqliteEntryDatabase.open(folder.resolve("other.db")), accessControl)) {
      Reply reply = other.get("/health/ready");

      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.code()).isEqualTo("unavailable");
      assertThat(reply.json().path("detail").asText()).contains("tokens");
      assertThat(other.get("/health/live").status()).isEqualTo(200);
      readable.set(true);
      assertThat(other.get("/health/ready").status()).isEqualTo(200);
    }
  }
}
