package dev.kvstore.http.net;

import static dev.kvstore.http.Records.with;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.http.server.WebSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the hosts that a service without tokens accepts. */
class AllowedHostsTest {
  private static final String KEY = "/v1/stores/app/keys/k";
  private static final String ATTACKER = "attacker.example:7070";
  private static final ServerSettings SETTINGS = with(
      ServerSettings.DEFAULT,
      "web",
      with(
          WebSettings.DEFAULT,
          "allowedHosts",
          Set.of("kv.example", "192.0.2.1", "[2001:db8:0::1]", "Caps.Example.")));

  private static final AllowedHosts HOSTS = new AllowedHosts(SETTINGS.web().allowedHosts());

  private static TestService service;

  @BeforeAll
  static void start(@TempDir Path folder) {
    service = TestService.start(folder, SETTINGS);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static Reply send(String line, String... headers) {
    return service.raw(line + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LocalHost",
        "localhost.",
        "localhost:7070",
        "localhost:",
        "app.localhost",
        "a.b.localhost.:1",
        "127.0.0.1",
        "127.255.0.9:80",
        "[::1]",
        "[::1]:7070",
        "[0:0:0:0:0:0:0:1]",
        "[0000::0001]:1",
        "[::ffff:127.0.0.1]",
        "[::FFFF:7F00:1]",
        "kv.example",
        "KV.Example.:8080",
        "caps.example",
        "192.0.2.1:1",
        "[2001:DB8::1]:1"
      })
  void localAndConfiguredHost_isAllowed(String authority) {
    assertThat(HOSTS.allows(authority)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        ":7070",
        "attacker.example",
        "localhost.attacker.example",
        "localhost..",
        ".localhost",
        "..localhost",
        "xlocalhost",
        "localhost:x",
        "localhost:80:80",
        "localhost, attacker.example",
        "attacker.example#.localhost",
        "attacker.example/.localhost",
        "u@localhost",
        "localhost%00",
        "128.0.0.1",
        "0.0.0.0",
        "127.0.0.1.attacker.example",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "127.0.0.256",
        "127.0.0.01",
        "192.0.2.10",
        "::1:1",
        "[::1",
        "[::1]x",
        "[::2]",
        "[::]",
        "[::1%lo]",
        "[localhost]",
        "[127.0.0.1]",
        "sub.kv.example",
        "kv.example.attacker.example"
      })
  void otherHost_isNot(String authority) {
    assertThat(HOSTS.allows(authority)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/v1/stores",
    "GET,/v1/stores/app/keys/k",
    "HEAD,/v1/stores/app/keys/k",
    "PUT,/v1/stores/app/keys/k",
    "POST,/v1/stores/app/counters/n",
    "GET,/v1/stores/app/values",
    "GET,/v1/stores/app/events",
    "DELETE,/v1/stores/app?confirm=app",
    "OPTIONS,/v1/stores",
    "BREW,/v1/stores",
    "GET,/",
    "GET,/docs",
    "GET,/openapi.json",
    "GET,/metrics",
    "GET,/nonsense",
    "GET,/v1/stores/_x/keys",
    "GET,/v1/stores/%zz",
    "GET,/v1/stores/app/keys/%ff%",
    "PUT,/v1/stores/app/keys/../../../../..",
    "GET,/v1/stores/app#keys",
    "GET,nothing"
  })
  void reboundName_isMisdirected(String method, String path) {
    Reply reply = service.raw(
        (method + " " + path + " HTTP/1.1\r\nHost: " + ATTACKER + "\r\nOrigin: http://" + ATTACKER
                + "\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\r\n")
            .getBytes(US_ASCII),
        method.equals("HEAD"));

    assertThat(reply.status()).isEqualTo(421);
    assertThat(reply.headers()).doesNotContainKeys("Sync-Token", "ETag");
    assertThat(reply.code()).isEqualTo(method.equals("HEAD") ? "" : "misdirected");
  }

  @Test
  void probe_isAnsweredForAnyHost() {
    assertThat(send("GET /health/live HTTP/1.1", "Host: " + ATTACKER).status()).isEqualTo(200);
    assertThat(send("GET /health/ready HTTP/1.1", "Host: 10.1.2.3").status()).isEqualTo(200);
    assertThat(send("GET /health/live HTTP/1.0").status()).isEqualTo(200);
  }

  @Test
  void targetWithAHost_isChecked_whateverTheHeaderSays() {
    assertThat(send("GET http://" + ATTACKER + KEY + " HTTP/1.1", "Host: localhost")
            .status())
        .isIn(400, 421);
    assertThat(send("GET http://" + ATTACKER + KEY + " HTTP/1.1", "Host: " + ATTACKER)
            .status())
        .isEqualTo(421);
    assertThat(send("GET http://localhost" + KEY + " HTTP/1.1", "Host: " + ATTACKER)
            .status())
        .isIn(400, 421);
    assertThat(send("GET http://" + ATTACKER + KEY + " HTTP/1.0").status()).isEqualTo(421);
    assertThat(
            send("GET http://localhost" + KEY + " HTTP/1.1", "Host: localhost").status())
        .isEqualTo(404);
  }

  @Test
  void severalHosts_orNone_areRefused() {
    String line = "GET " + KEY;
    assertThat(send(line + " HTTP/1.1", "Host: localhost", "Host: " + ATTACKER).status())
        .isIn(400, 421);
    assertThat(send(line + " HTTP/1.1", "Host: ").status()).isIn(400, 421);
    assertThat(send(line + " HTTP/1.0").status()).isEqualTo(421);
    assertThat(send(line + " HTTP/1.0", "Host: localhost").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"X-Forwarded-Host: localhost", "Forwarded: host=localhost", "X-Host: localhost"})
  void forwardedHost_isIgnored(String header) {
    assertThat(send("GET " + KEY + " HTTP/1.1", "Host: " + ATTACKER, header).status())
        .isEqualTo(421);
    assertThat(send("GET " + KEY + " HTTP/1.1", "Host: localhost", header.replace("localhost", "a"))
            .status())
        .isEqualTo(404);
  }

  @Test
  void anyHost_isAnswered_onceThereAreTokens(@TempDir Path folder) {
    TestTokens tokens = new TestTokens();
    try (TestService closed = TestService.start(
        SqliteEntryDatabase.open(folder.resolve("test.db")),
        SETTINGS,
        new AccessControl(tokens.authenticator(), null, true))) {
      String request = "GET /v1/stores HTTP/1.1\r\nHost: kv.public.example\r\n";
      assertThat(closed.raw(request + "\r\n").status()).isEqualTo(421);

      String token = tokens.add("ci", Role.READ, Limits.NONE);
      assertThat(closed.raw(request + token + "\r\n\r\n").status()).isEqualTo(200);
      assertThat(closed.raw(request + "\r\n").status()).isEqualTo(401);
      for (String path : List.of("/v1/stores/%zz", "/../x", "/v1/stores#a", "nothing")) {
        assertThat(closed
                .raw("GET " + path + " HTTP/1.1\r\nHost: kv.example\r\n\r\n")
                .status())
            .as(path)
            .isEqualTo(401);
        assertThat(closed
                .raw("GET " + path + " HTTP/1.1\r\nHost: kv.example\r\n" + token + "\r\n\r\n")
                .status())
            .as(path)
            .isEqualTo(400);
      }
      assertThat(closed
              .raw("GET /docs HTTP/1.1\r\nHost: kv.public.example\r\n\r\n")
              .status())
          .isEqualTo(200);
    }
  }
}
