package dev.kvstore.http.auth;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.kvstore.UnavailableException;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.http.server.WebSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Tests requests with tokens, apart from permissions. */
class TokenServiceTest {
  private static final String KEY = "/v1/stores/app/keys/ui.theme";
  private static final int PER_SECOND = 3;

  @TempDir
  private Path folder;

  private final AtomicLong time = new AtomicLong();
  private final TestTokens tokens = new TestTokens();
  private @Nullable TestService running;

  private TestService start(AccessControl accessControl) {
    return start(accessControl, ServerSettings.DEFAULT);
  }

  private TestService start(AccessControl accessControl, ServerSettings settings) {
    SqliteEntryDatabase database = SqliteEntryDatabase.open(folder.resolve("test.db"));
    running = TestService.start(database, settings, accessControl);
    return running;
  }

  private TestService start() {
    return start(new AccessControl(tokens.authenticator(), null, false));
  }

  private TestService startLimited() {
    RateLimiter limiter = new RateLimiter(PER_SECOND, time::get);
    return start(new AccessControl(tokens.authenticator(), limiter, false));
  }

  @AfterEach
  void stop() {
    Objects.requireNonNull(running).close();
  }

  @Test
  void author_isTheTokensName_whateverTheClientSays() {
    TestService service = start();
    String token = tokens.add("ci", Role.WRITE, Limits.NONE);
    String values = "/v1/stores/app/values";

    assertThat(service.put(KEY, "1", token).json().path("updatedBy").asText()).isEqualTo("ci");
    for (String claim : List.of("KV-Author: root", "KV-Author: %")) {
      assertThat(service.put(KEY, "1", token, claim).json().path("updatedBy").asText())
          .isEqualTo("ci");
      assertThat(service.put(values, "{\"b\":1}", token, claim).status()).isEqualTo(200);
      assertThat(service
              .get("/v1/stores/app/keys/b?view=entry", token)
              .json()
              .path("updatedBy")
              .asText())
          .isEqualTo("ci");
    }
  }

  @Test
  void author_isWhatTheClientSays_whereThereAreNoTokens() {
    assertThat(
            start().put(KEY, "1", "KV-Author: alice").json().path("updatedBy").asText())
        .isEqualTo("alice");
  }

  @Test
  void revokedToken_isRefused() {
    TestService service = start();
    tokens.add("other", Role.READ, Limits.NONE);
    String token = tokens.add("ci", Role.WRITE, Limits.NONE);
    assertThat(service.put(KEY, "1", token).status()).isEqualTo(201);

    tokens.revoke("ci");
    Reply reply = service.put(KEY, "2", token);
    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
  }

  @Test
  void refusal_tellsNothingOfTheStore() {
    TestService service = start();
    assertThat(service.put(KEY, "1").header("Sync-Token")).isNotNull();
    String elsewhere = tokens.add("elsewhere", Role.ADMIN, new Limits(List.of("other"), List.of()));

    for (String header : List.of("X-Nothing: 1", "Authorization: Bearer x", elsewhere)) {
      Reply reply = service.get(KEY, header);
      assertThat(reply.status()).isIn(401, 403);
      assertThat(reply.headers()).doesNotContainKeys("Sync-Token", "ETag", "Last-Modified");
      assertThat(reply.headers()).containsKey("X-Request-Id");
    }
  }

  @Test
  void refusedBody_isReadAllTheSame_andTheConnectionGoesOn() {
    TestService service = start();
    String token = tokens.add("ci", Role.WRITE, Limits.NONE);
    String body = "\"" + "x".repeat(500_000) + "\"";

    assertThat(service.put(KEY, body).status()).isEqualTo(401);
    assertThat(service.put(KEY, body, token).status()).isEqualTo(201);
  }

  @Test
  void tokensThatCannotBeRead_are503_andTheNodeIsNotReadyButLive() {
    TestService service = start(new AccessControl(
        new Authenticator(
            () -> {
              throw new UnavailableException("away", null);
            },
            true,
            Clock.systemUTC()),
        null,
        false));

    assertThat(service.get(KEY).status()).isEqualTo(503);
    assertThat(service.get(KEY).header("Retry-After")).isEqualTo("1");
    assertThat(service.put(KEY, "1").json().path("outcome").asText()).isEqualTo("not-done");
    assertThat(service.get("/health/ready").status()).isEqualTo(503);
    assertThat(service.get("/health/live").status()).isEqualTo(200);
  }

  @Test
  void tooManyRequests_areRefused_forEachTokenByItself() {
    TestService service = startLimited();
    String a = tokens.add("a", Role.READ, Limits.NONE);
    String b = tokens.add("b", Role.READ, Limits.NONE);
    for (int i = 0; i < PER_SECOND; i++) {
      assertThat(service.get(KEY, a).status()).isEqualTo(404);
    }

    Reply reply = service.get(KEY, a);
    assertThat(reply.status()).isEqualTo(429);
    assertThat(reply.code()).isEqualTo("too-many-requests");
    assertThat(reply.header("Retry-After")).isEqualTo("1");
    assertThat(service.get(KEY, b).status()).isEqualTo(404);
    assertThat(service.get("/health/live").status()).isEqualTo(200);
    time.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(service.get(KEY, a).status()).isEqualTo(404);
  }

  @Test
  void guessing_isSlowedDown_andDoesNotSlowDownWhoKnows() {
    TestService service = startLimited();
    String good = tokens.add("a", Role.READ, Limits.NONE);
    for (int i = 0; i < PER_SECOND; i++) {
      assertThat(service.get(KEY, "Authorization: Bearer kvs_" + i).status()).isEqualTo(401);
    }

    assertThat(service.get(KEY, "Authorization: Bearer kvs_x").status()).isEqualTo(429);
    assertThat(service.get(KEY).status()).isEqualTo(429);
    assertThat(service.get(KEY, good).status()).isEqualTo(404);
  }

  @Test
  void anonymousRequests_areLimitedByAddress() {
    TestService service = startLimited();
    for (int i = 0; i < PER_SECOND; i++) {
      assertThat(service.get(KEY).status()).isEqualTo(404);
    }
    assertThat(service.get(KEY).status()).isEqualTo(429);
  }

  @Test
  void preflightOfAnAllowedOrigin_needsNoToken() {
    tokens.add("ci", Role.READ, Limits.NONE);
    ServerSettings settings = with(
        ServerSettings.DEFAULT,
        "web",
        with(WebSettings.DEFAULT, "corsOrigins", Set.of("https://app.example.com")));
    TestService service = start(new AccessControl(tokens.authenticator(), null, false), settings);
    String asks = "Access-Control-Request-Method: PUT";

    Reply allowed = service.send("OPTIONS", KEY, null, "Origin: https://app.example.com", asks);
    assertThat(allowed.status()).isEqualTo(204);
    assertThat(allowed.header("Access-Control-Allow-Methods")).contains("PUT");
    assertThat(allowed.headers()).doesNotContainKey("Sync-Token");
    assertThat(service
            .send("OPTIONS", KEY, null, "Origin: https://evil.example", asks)
            .status())
        .isEqualTo(401);
    assertThat(service
            .send("PUT", KEY, null, "Origin: https://app.example.com", asks)
            .status())
        .isEqualTo(401);
  }

  @Test
  void secret_isInNoAnswerAndNoLog() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Logger own = (Logger) LoggerFactory.getLogger("dev.kvstore");
    Level before = own.getLevel();
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root.addAppender(log);
    own.setLevel(Level.TRACE);
    StringBuilder answers = new StringBuilder();
    try {
      TestService service = start();
      String good = tokens.add("ci", Role.WRITE, new Limits(List.of(), List.of("ui.")));
      String wrong = good + "x";
      for (String token : List.of(good, wrong, good + "\r\n" + wrong)) {
        answers.append(service.get(KEY, token));
        answers.append(service.put(KEY, "{", token));
        answers.append(service.put(KEY, "1", token));
        answers.append(service.get("/v1/stores/app/keys/db", token));
        answers.append(service.get("/v1/stores/app/keys?nonsense=1", token));
        answers.append(service.get("/nonsense", token));
        answers.append(service.send("BREW", KEY, null, token));
        answers.append(service.get("/health/ready", token));
        answers.append(service.raw("GET " + KEY + " HTTP/9.9\r\n" + token + "\r\n\r\n"));
      }
      service.close();
      answers.append(log.list);
      for (ILoggingEvent event : log.list) {
        answers.append(event.getFormattedMessage()).append(event.getThrowableProxy());
      }
      assertThat(good).startsWith("Authorization: Bearer kvs_");
      assertThat(answers.toString())
          .contains("\"code\":\"unauthenticated\"", "\"code\":\"forbidden\"")
          .doesNotContain("kvs_", good.substring("Authorization: Bearer kvs_".length()));
    } finally {
      own.setLevel(before);
      root.detachAppender(log);
    }
  }
}
