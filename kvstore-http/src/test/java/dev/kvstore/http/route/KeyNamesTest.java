package dev.kvstore.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.internal.support.Percent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyNamesTest {
  private static final String KEYS = "/v1/stores/app/keys/";

  private static TestService service;

  @BeforeAll
  static void start(@TempDir Path folder) {
    service = TestService.start(folder);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  static Stream<String> legalKeys() {
    return Stream.of(
        "ui.theme",
        "a b",
        " leading",
        "trailing ",
        "100%",
        "%41",
        "%2F",
        "%",
        "a?b=c",
        "a#b",
        "a;b=c",
        ";",
        "a+b",
        "a:b",
        "a&b=c",
        "\"quoted\"",
        "'single'",
        "back\\slash",
        "<tag>",
        "a|b^c`d{e}[f]",
        "a/b/c",
        "a/.b/..c/...",
        "..;/x",
        ".hidden",
        "~user",
        "$set",
        "_id",
        "a.b",
        "größe",
        "naïve",
        "ключ",
        "مفتاح",
        "\u202Eright to left",
        "鍵",
        "😀",
        "👩‍👩‍👧‍👦",
        "e\u0301",
        "\u00e9",
        "\uFFFD",
        "\u2028",
        "\u00A0",
        "\uFEFF",
        "WEB-INF/web.xml",
        "keys/keys",
        "null",
        "*",
        "k".repeat(512),
        "😀".repeat(128),
        "鍵".repeat(170));
  }

  @ParameterizedTest
  @MethodSource("legalKeys")
  void legalKey_survivesTheTrip(String key) {
    String path = KEYS + Percent.encode("key", key);
    String value = "\"" + key.hashCode() + "\"";

    assertThat(service.put(path, value).status()).isEqualTo(201);
    assertThat(service.get(path).text()).isEqualTo(value);
    assertThat(service.get(path + "?view=entry").json().path("key").asText()).isEqualTo(key);
    assertThat(service
            .get("/v1/stores/app/values?key=" + Percent.encode("key", key))
            .json()
            .path(key))
        .hasToString(value);
    assertThat(service.delete(path).status()).isEqualTo(204);
  }

  @ParameterizedTest
  @CsvSource({
    "a/b, a%2Fb",
    "a/b, a%2fb",
    "a+b, a%2Bb",
    "a;b, a%3Bb",
    "a:b, a%3ab",
    "ü, %C3%BC",
    "ui, %75%69",
    "a(b)!*', %61(b)!%2A'"
  })
  void keyMayBeEncodedMoreOrLess(String plain, String encoded) {
    service.put(KEYS + plain, "1");

    assertThat(service.get(KEYS + encoded).status()).isEqualTo(200);
    assertThat(service.delete(KEYS + encoded).status()).isEqualTo(204);
  }

  @Test
  void plusInAPath_isNoSpace() {
    service.put(KEYS + "plus+sign", "1");

    assertThat(service.get(KEYS + "plus%20sign").status()).isEqualTo(404);
    assertThat(service.get("/v1/stores/app/values?key=plus%2Bsign").json().size())
        .isEqualTo(1);
    assertThat(service.get("/v1/stores/app/values?key=plus+sign").json().size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        "a/%2Fb",
        "a%2F",
        ".",
        "..",
        "a/./b",
        "a/../b",
        "../../x",
        "../../../../../../x",
        "%2e%2e/x",
        "a%2F..%2Fb",
        "..%2f..%2fx",
        "../values",
        "%00",
        "a%0Ab",
        "a%0D%0Ab",
        "a%7F",
        "a%C2%85",
        "%",
        "%4",
        "a%zz",
        "%u0041",
        "%ff",
        "%C3",
        "%c0%af",
        "%ed%a0%80%ed%b0%80",
        "%f4%90%80%80",
        "\u00FF"
      })
  void illegalKey_isRefused(String rawKey) {
    Reply reply = service.raw("PUT " + KEYS + rawKey
        + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + "Content-Length: 1\r\n\r\n1");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("invalid-key");
    assertThat(reply.header("X-Request-Id")).isNotEmpty();
  }

  @Test
  void keyOf513Bytes_isRefused() {
    assertThat(service.put(KEYS + "k".repeat(513), "1").code()).isEqualTo("invalid-key");
    assertThat(service
            .put(KEYS + Percent.encode("key", "😀".repeat(128) + "k"), "1")
            .code())
        .isEqualTo("invalid-key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1app", "a.b", "_app", "", "%61pp", "a%20b", "system%2Ekeys", "ä"})
  void illegalStore_isRefused(String store) {
    for (String resource : List.of("keys/k", "values", "keys", "counters/k")) {
      Reply reply = service.get("/v1/stores/" + store + "/" + resource);

      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.code()).isEqualTo("invalid-store");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1",
        "/v1/stores/",
        "/v1/stores/app/",
        "/v1/stores/app/key/x",
        "/v1/stores/app/Keys/x",
        "//v1/stores",
        "/v1//stores",
        "/v2/stores",
        "/v1/stores/app/values/",
        "/v1/stores/app/values/x",
        "/v1/stores/app/defaults",
        "/health",
        "/health/",
        "/health/live/",
        "/WEB-INF/web.xml",
        "/v1/stores/app/keys;x",
        "/%761/stores",
        "/v1/../v1/stores"
      })
  void unknownPath_isNoSuchResource(String path) {
    Reply reply = service.get(path);

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.code()).isEqualTo("no-such-resource");
  }

  @Test
  void unencodedUtf8InThePath_isRead() {
    String request = "PUT " + KEYS + "größe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        + "Content-Length: 1\r\n\r\n1";

    assertThat(service.raw(request.getBytes(StandardCharsets.UTF_8), false).status())
        .isEqualTo(201);
    assertThat(service.get(KEYS + "gr%C3%B6%C3%9Fe").text()).isEqualTo("1");
    service.delete(KEYS + "gr%C3%B6%C3%9Fe");
  }
}
