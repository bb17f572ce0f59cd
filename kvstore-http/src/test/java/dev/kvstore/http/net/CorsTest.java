package dev.kvstore.http.net;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.http.server.WebSettings;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorsTest {
  private static final String KEY = "/v1/stores/app/keys/k";
  private static final String PAGE = "https://app.example.com";

  private static TestService service;

  @BeforeAll
  static void start(@TempDir Path folder) {
    service = TestService.start(
        folder,
        with(
            ServerSettings.DEFAULT, "web", with(WebSettings.DEFAULT, "corsOrigins", Set.of(PAGE))));
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  void preflight_ofAnAllowedOrigin_isAnswered() {
    Reply reply = service.send(
        "OPTIONS",
        KEY,
        null,
        "Origin: " + PAGE,
        "Access-Control-Request-Method: PUT",
        "Access-Control-Request-Headers: if-match");

    assertThat(reply.status()).isEqualTo(204);
    assertThat(reply.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
    assertThat(reply.header("Access-Control-Allow-Methods")).contains("PUT", "DELETE");
    assertThat(reply.header("Access-Control-Allow-Headers"))
        .contains("Authorization", "If-Match", "Content-Type");
    assertThat(reply.header("Access-Control-Max-Age")).isEqualTo("600");
    assertThat(reply.headers()).doesNotContainKey("Access-Control-Allow-Credentials");
  }

  @Test
  void allowedOrigin_writesAndReads() {
    Reply written = service.put(KEY, "1", "Origin: " + PAGE, "Sec-Fetch-Site: cross-site");
    assertThat(written.status()).isLessThan(300);
    Reply read = service.get(KEY, "Origin: " + PAGE);

    assertThat(read.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
    assertThat(read.header("Access-Control-Expose-Headers"))
        .contains("ETag", "KV-Version", "Sync-Token", "Link");
    assertThat(read.header("Vary")).contains("Origin").contains("Accept");
  }

  @Test
  void error_canBeSeen_too() {
    Reply reply = service.get("/v1/stores/app/keys/nothing", "Origin: " + PAGE);

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example",
        "http://app.example.com",
        "https://app.example.com.evil.example",
        "https://app.example.com:8443",
        "null"
      })
  void otherOrigin_isNotAllowed(String origin) {
    Reply preflight = service.send(
        "OPTIONS", KEY, null, "Origin: " + origin, "Access-Control-Request-Method: PUT");
    assertThat(preflight.headers())
        .doesNotContainKeys("Access-Control-Allow-Origin", "Access-Control-Allow-Methods");
    assertThat(service.put(KEY, "2", "Origin: " + origin).status()).isEqualTo(403);
    Reply read = service.get(KEY, "Origin: " + origin);

    assertThat(read.headers()).doesNotContainKey("Access-Control-Allow-Origin");
    assertThat(read.header("Vary")).contains("Origin");
  }

  @Test
  void withoutConfiguration_nothingIsSaid(@TempDir Path folder) {
    try (TestService closed = TestService.start(folder)) {
      Reply reply = closed.get("/v1/stores", "Origin: " + PAGE);

      assertThat(reply.headers()).doesNotContainKey("Access-Control-Allow-Origin");
      assertThat(reply.header("Vary")).isEqualTo("Accept, Accept-Encoding");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "null",
        "app.example.com",
        "https://app.example.com/",
        "https://App.example.com",
        "ftp://app.example.com",
        "https://u@app.example.com",
        "https:",
        ""
      })
  void whatIsNoOrigin_isSeen(String text) {
    assertThat(Cors.isOrigin(text)).isFalse();
  }
}
