package dev.kvstore.http.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the form of responses for people and proxies, and etags that they have changed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class AnswerFormTest {
  private static final String KEY = "/v1/stores/app/keys/k";

  private TestService service;

  @BeforeAll
  void start(@TempDir Path folder) {
    service = TestService.start(folder);
    service.put(KEY, "{\"a\":1}");
  }

  @AfterAll
  void stop() {
    service.close();
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/stores/app/keys/k",
    "GET, /v1/stores/app/keys/k?view=entry",
    "GET, /v1/stores/app/keys/none",
    "GET, /v1/stores/app/keys",
    "GET, /v1/stores/app/keys?key=k",
    "GET, /v1/stores/app/values",
    "GET, /v1/stores/app/values?key=none",
    "GET, /v1/stores/app",
    "GET, /v1/stores",
    "GET, /nothing",
    "GET, /v1/stores/app/keys/%00",
    "GET, /health/live",
    "GET, /health/ready",
    "PUT, /v1/stores/app/keys/other",
    "PUT, /v1/stores/app/defaults/other",
    "PUT, /v1/stores/app/values",
    "POST, /v1/stores/app/counters/n"
  })
  void json_endsWithANewline(String method, String path) {
    for (int i = 0; i < 2; i++) { // the second may come from the near-cache
      byte[] body = method.equals("GET") ? null : "{}".getBytes(UTF_8);
      Reply reply = service.send(method, path, body);
      assertThat(reply.header("Content-Type")).endsWith("json");
      assertThat(new String(reply.bytes(), UTF_8)).endsWith("\n").doesNotEndWith("\n\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"values", "values?key=k", "keys?key=k"})
  void head_ofEntries_hasTheLengthOfTheAnswerToGet(String path) {
    Reply reply = service.send("HEAD", "/v1/stores/app/" + path, null);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("Content-Length"))
        .isEqualTo(service.get("/v1/stores/app/" + path).header("Content-Length"))
        .isNotEqualTo("0");
  }

  @Test
  void head_ofEvents_hasNoLength() {
    for (String[] headers : new String[][] {{}, {"Accept: */*"}}) {
      Reply reply = service.send("HEAD", "/v1/stores/app/events", null, headers);

      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.header("Content-Length")).isNull();
    }
  }

  @Test
  void head_ofAValue_hasItsLength() {
    assertThat(service.send("HEAD", KEY, null).header("Content-Length"))
        .isEqualTo(Integer.toString(service.get(KEY).bytes().length));
  }

  @Test
  void valueThatGrowsInBson_isRefusedByTheBytesThatWereSent() {
    String json = "[" + "1,".repeat(100_000) + "1]";
    Reply value = service.put("/v1/stores/app/keys/large", json);
    Reply batch = service.put("/v1/stores/app/values", "{\"a\":1,\"large\":" + json + "}");

    assertThat(value.status()).isEqualTo(413);
    assertThat(value.json().path("detail").asText())
        .startsWith("The value has " + json.length()
            + " bytes of JSON, which take more than 1048576 bytes as BSON");
    assertThat(batch.status()).isEqualTo(413);
    assertThat(batch.json().path("detail").asText())
        .matches(
            "The value of key 'large' has more than [1-9][0-9]{4,} characters of JSON, which take"
                + " more than 1048576 bytes as BSON.*");
  }

  @Test
  void bodyThatIsTooLarge_isRefusedByItsLength() {
    Reply reply = service.raw(
        "PUT " + KEY + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 7000000\r\n\r\n");

    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.json().path("detail").asText()).contains("The body has 7000000 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"%s\"",
        "W/\"%s\"",
        "\"%s-gzip\"",
        "W/\"%s-gzip\"",
        "\"%s--gzip\"",
        "\"%s;gzip\"",
        "\"%s-br\"",
        "\"%s-zstd\"",
        ",\"%s\"",
        "\"%s\",",
        " , ,\t\"%s\" ,,"
      })
  void etag_asProxiesPassItOn_isUnderstood(String form) {
    String etag = service.put(KEY, "{\"a\":1}").etag();

    assertThat(service.get(KEY, "If-None-Match: " + form.formatted(etag)).status())
        .isEqualTo(304);
    assertThat(service
            .get(KEY + "?view=entry", "If-None-Match: " + form.formatted(etag))
            .status())
        .isEqualTo(304);
    assertThat(
            service.put(KEY, "{\"a\":1}", "If-Match: " + form.formatted(etag)).status())
        .isEqualTo(200);
    assertThat(
            service.put(KEY, "{\"a\":1}", "If-Match: " + form.formatted(etag)).status())
        .isEqualTo(412);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", " , ,", "x", "\"", "W/", "w/\"a\"", "\"a\" \"b\"", "\"a\"x"})
  void etag_malformed_isRefused(String etag) {
    assertThat(service.put(KEY, "1", "If-Match: " + etag).status()).isEqualTo(400);
    assertThat(service.get(KEY, "If-None-Match: " + etag).status()).isEqualTo(400);
  }

  @Test
  void author_inBytesThatAreNotAscii_isTakenAsUtf8() {
    assertThat(
            service.put(KEY, "1", "KV-Author: Jörg 東京").json().path("updatedBy").asText())
        .isEqualTo("Jörg 東京");
    byte[] latin1 = ("DELETE " + KEY + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "KV-Author: J\u00f6rg\r\n\r\n")
        .getBytes(StandardCharsets.ISO_8859_1);
    Reply refused = service.raw(latin1, false);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().path("detail").asText()).contains("KV-Author", "UTF-8");
    assertThat(service.put(KEY, "1", "KV-Author: 100%").json().path("detail").asText())
        .contains("KV-Author", "%");
  }
}
