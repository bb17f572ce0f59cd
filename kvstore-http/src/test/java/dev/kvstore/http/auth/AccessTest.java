package dev.kvstore.http.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.route.Route;
import dev.kvstore.http.server.TestRoutes;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.EntryDatabase;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the permissions that each method of each resource requires. */
class AccessTest {
  private static final String JSON = "Content-Type: application/json";

  private static final TestTokens TOKENS = new TestTokens();
  private static final String READ = TOKENS.add("read", Role.READ, Limits.NONE);
  private static final String WRITE = TOKENS.add("write", Role.WRITE, Limits.NONE);
  private static final String ADMIN = TOKENS.add("admin", Role.ADMIN, Limits.NONE);
  private static final String OTHER_STORE =
      TOKENS.add("elsewhere", Role.ADMIN, new Limits(List.of("other"), List.of()));
  private static final String SOME_KEYS =
      TOKENS.add("some", Role.ADMIN, new Limits(List.of("app"), List.of("ui.")));

  private static TestService service;

  @BeforeAll
  static void start(@TempDir Path folder) {
    EntryDatabase database = SqliteEntryDatabase.open(folder.resolve("test.db"));
    service = TestService.start(database, new AccessControl(TOKENS.authenticator(), null, false));
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  record Operation(Route route, String method) {
    Reply ask(String... headers) {
      byte[] body = List.of("PUT", "POST", "PATCH").contains(method) ? body() : null;
      List<String> all = new ArrayList<>(List.of(headers));
      if (body != null) {
        all.add(method.equals("PATCH") ? "Content-Type: application/merge-patch+json" : JSON);
      }
      String path = route.path().replace("{store}", "app").replace("{key}", "ui.theme");
      return service.send(
          method, isStore() ? path + "?confirm=app" : path, body, all.toArray(String[]::new));
    }

    private byte[] body() {
      String body = route.path().endsWith("/deletions")
          ? "{\"prefix\":\"ui.\"}"
          : method.equals("POST") ? "{\"by\":1}" : "{\"ui.a\":1}";
      return body.getBytes(UTF_8);
    }

    boolean isStore() {
      return route.path().equals("/v1/stores/{store}");
    }

    /** Returns true if the operation drops or configures a store. */
    boolean isAdministration() {
      return (isStore() && method.equals("DELETE"))
          || (route.path().endsWith("/settings") && method.equals("PUT"));
    }

    boolean isMetrics() {
      return route.path().equals("/metrics");
    }

    boolean isPublic() {
      return !route.path().startsWith("/v1/") && !isMetrics();
    }

    /** Returns the required role, repeated here so that a change must be intentional. */
    Role needed() {
      if (isAdministration()) {
        return Role.ADMIN;
      }
      return List.of("GET", "HEAD", "OPTIONS").contains(method) ? Role.READ : Role.WRITE;
    }
  }

  /**
   * Returns all operations except the endless response, whose {@code HEAD} requires the same
   * permissions.
   */
  static Stream<Operation> operations() {
    return TestRoutes.all().stream()
        .flatMap(route -> route.methods().stream().map(method -> new Operation(route, method)))
        .filter(operation ->
            !operation.route().path().endsWith("/events") || !operation.method().equals("GET"));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void operation_needsAToken(Operation operation) {
    Reply without = operation.ask();
    Reply wrong = operation.ask("Authorization: Bearer kvs_wrong");

    if (operation.isPublic()) {
      assertThat(without.status()).isLessThan(300);
      assertThat(wrong.status()).isLessThan(300);
      return;
    }
    assertThat(without.status()).isEqualTo(401);
    assertThat(without.header("WWW-Authenticate")).isEqualTo("Bearer");
    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    if (!operation.method().equals("HEAD")) {
      assertThat(without.code()).isEqualTo("unauthenticated");
      assertThat(wrong.code()).isEqualTo("unauthenticated");
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void operation_needsItsRole(Operation operation) {
    assertAllowed(operation.ask(READ), operation.isPublic() || operation.needed() == Role.READ);
    assertAllowed(operation.ask(WRITE), operation.isPublic() || operation.needed() != Role.ADMIN);
    assertAllowed(operation.ask(ADMIN), true);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void operation_keepsToItsStore(Operation operation) {
    boolean inStore = operation.route().path().contains("{store}");

    assertAllowed(operation.ask(OTHER_STORE), !inStore && !operation.isMetrics());
  }

  @ParameterizedTest
  @MethodSource("operations")
  void operation_onItsKeys_isAllowed_butOnTheWholeStoreNot(Operation operation) {
    assertAllowed(
        operation.ask(SOME_KEYS), !operation.isAdministration() && !operation.isMetrics());
  }

  private static void assertAllowed(Reply reply, boolean allowed) {
    if (allowed) {
      assertThat(reply.status()).as(reply.toString()).isNotIn(401, 403, 405, 500);
    } else {
      assertThat(reply.status()).as(reply.toString()).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/v1", "/v1/stores/", "/v1/stores/1", "/v1/stores/app/keys/a//b", "/healthy"})
  void pathThatIsNone_needsATokenToo(String path) {
    assertThat(service.get(path).status()).isEqualTo(401);
    assertThat(service.get(path, READ).status()).isBetween(400, 404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/stores/_tokens/keys", "/v1/stores/_tokens/keys/admin"})
  void tokens_areNotAStore(String path) {
    assertThat(service.get(path, ADMIN).code()).isEqualTo("invalid-store");
  }

  @Test
  void unknownClient_isAnsweredOnce_whateverItHasSentAhead() throws IOException {
    try (Socket socket = service.connect()) {
      String request = "GET /v1/stores HTTP/1.1\r\nHost: localhost\r\n\r\n";
      socket.getOutputStream().write(request.repeat(5).getBytes(UTF_8));

      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .containsOnlyOnce("HTTP/1.1 401");
    }
  }

  @Test
  void methodThatIsNone_needsATokenToo() {
    assertThat(service.send("BREW", "/v1/stores", null).status()).isEqualTo(401);
    assertThat(service.send("BREW", "/v1/stores", null, READ).status()).isEqualTo(405);
  }

  @Test
  void role_isThatOfTheRequestLine() {
    Reply reply =
        service.post("/v1/stores/app/keys/ui.theme", "", READ, "X-HTTP-Method-Override: GET");

    assertThat(reply.status()).isEqualTo(405);
  }

  @Test
  void tokenInTheQuery_isNone() {
    String secret = ADMIN.substring("Authorization: Bearer ".length());

    assertThat(service.get("/v1/stores?access_token=" + secret).status()).isEqualTo(401);
  }

  @Test
  void metrics_areForEverybody_unlessConfiguredOtherwise(@TempDir Path folder) {
    EntryDatabase database = SqliteEntryDatabase.open(folder.resolve("test.db"));
    try (TestService open =
        TestService.start(database, new AccessControl(TOKENS.authenticator(), null, true))) {
      assertThat(open.get("/metrics").status()).isEqualTo(200);
      assertThat(open.get("/v1/stores").status()).isEqualTo(401);
    }
  }

  @Test
  void monitoring_isForWhoMayReadAll() {
    assertThat(Access.MONITORING.role("GET")).isEqualTo(Role.READ);
    assertThat(Access.DATA.role("BREW")).isEqualTo(Role.WRITE);
    assertThat(Access.STORE.role("GET")).isEqualTo(Role.READ);
    assertThat(Access.STORE.role("DELETE")).isEqualTo(Role.ADMIN);
  }
}
