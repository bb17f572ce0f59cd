package dev.kvstore.http.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests methods, media types, request ids, and invalid requests. */
class ProtocolTest {
  private static final String KEY = "/v1/stores/app/keys/k";
  private static final String HOST = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";

  private static TestService service;

  @BeforeAll
  static void start(@TempDir Path folder) {
    service = TestService.start(folder);
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @BeforeEach
  void write() {
    service.put(KEY, "1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/stores/app/keys/k|GET, HEAD, PUT, PATCH, DELETE, OPTIONS",
        "/v1/stores/app/defaults/k|PUT, OPTIONS",
        "/v1/stores/app/counters/k|POST, OPTIONS",
        "/v1/stores/app/values|GET, HEAD, PUT, OPTIONS",
        "/v1/stores/app/keys|GET, HEAD, OPTIONS",
        "/v1/stores/app/events|GET, HEAD, OPTIONS",
        "/v1/stores|GET, HEAD, OPTIONS",
        "/v1/stores/app|GET, HEAD, DELETE, OPTIONS",
        "/health/live|GET, HEAD, OPTIONS",
        "/health/ready|GET, HEAD, OPTIONS",
        "/metrics|GET, HEAD, OPTIONS"
      })
  void methods_areThoseThatAllowNames(String path, String allow) {
    Reply options = service.send("OPTIONS", path, null);

    assertThat(options.status()).isEqualTo(204);
    assertThat(options.header("Allow")).isEqualTo(allow);
    for (String method :
        new String[] {"GET", "PUT", "POST", "DELETE", "PATCH", "TRACE", "QUERY", "get", "FOO"}) {
      // Accepts nothing, so that no response is an endless stream.
      Reply reply = service.send(method, path, null, "Accept: none/none");
      if (allow.contains(method)) {
        assertThat(reply.status()).isNotEqualTo(405);
      } else {
        assertThat(reply.status()).isEqualTo(405);
        assertThat(reply.code()).isEqualTo("method-not-allowed");
        assertThat(reply.header("Allow")).isEqualTo(allow);
        assertThat(reply.json().path("allow").asText()).isEqualTo(allow);
      }
    }
  }

  @Test
  void methodOverride_isIgnored() {
    assertThat(service.get(KEY, "X-HTTP-Method-Override: DELETE").text()).isEqualTo("1");
    assertThat(service.get(KEY).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/plain|415",
        "application/json; charset=iso-8859-1|415",
        "application/json; charset=utf-16|415",
        "application/merge-patch+json|415",
        "garbage|415",
        "application/json|200",
        "application/x-www-form-urlencoded|200",
        "Application/JSON; Charset=\"UTF-8\"|200",
        "application/json;profile=x|200"
      })
  void contentType_isJsonInUtf8OrBson(String type, int status) {
    Reply reply = service.put(KEY, "1", "Content-Type: " + type);

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.code()).isEqualTo(status == 415 ? "unsupported-media-type" : "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Origin: https://evil.example",
        "Origin: http://test:81",
        "Origin: null",
        "Origin: :"
      })
  void write_ofAnotherOriginsPage_isRefused(String header) {
    Reply reply = service.put(KEY, "2", header);

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.code()).isEqualTo("forbidden");
    assertThat(service.get(KEY, header).text()).as("nothing was written").isEqualTo("1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none", "Origin: http://test"})
  void write_ofTheServicesOwnPage_isDone(String header) {
    assertThat(service.put(KEY, "2", header).status()).isEqualTo(200);
  }

  @Test
  void contentEncoding_isRefused() {
    Reply reply = service.put(KEY, "1", "Content-Encoding: gzip");

    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.header("Accept-Encoding")).isEqualTo("identity");
    assertThat(service.put(KEY, "1", "Content-Encoding: identity").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/html", "application/json;q=0", "image/*", "garbage"})
  void accept_ofNeitherFormat_isRefusedBeforeAnythingIsDone(String accept) {
    for (String resource : new String[] {"keys/new", "defaults/new", "counters/new", "values"}) {
      String method = resource.startsWith("counters") ? "POST" : "PUT";
      Reply reply = service.send(
          method,
          "/v1/stores/app/" + resource,
          (method.equals("POST") ? "" : "{\"new\":1}").getBytes(StandardCharsets.UTF_8),
          "Accept: " + accept);

      assertThat(reply.status()).isEqualTo(406);
      assertThat(reply.code()).isEqualTo("not-acceptable");
    }
    assertThat(service.get("/v1/stores/app/keys/new").status()).isEqualTo(404);
    assertThat(service.get(KEY, "Accept: " + accept).status()).isEqualTo(406);
    assertThat(service.delete(KEY, "Accept: " + accept).status()).isEqualTo(204);
  }

  @Test
  void requestId_isTakenOverWhereSane() {
    assertThat(service.get(KEY, "X-Request-Id: abc 1-~").header("X-Request-Id"))
        .isEqualTo("abc 1-~");
    assertThat(service
            .get("/nothing", "X-Request-Id: abc")
            .json()
            .path("requestId")
            .asText())
        .isEqualTo("abc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\u0001", "a\u00e4b", "a\tb"})
  void requestId_isReplacedWhereNot(String brought) {
    Reply reply = service.get(KEY, "X-Request-Id: " + brought);

    if (reply.status() == 200) {
      assertThat(reply.header("X-Request-Id")).hasSize(36);
    } else {
      assertThat(reply.code()).isEqualTo("bad-request");
    }
  }

  @Test
  void requestId_thatIsTooLong_isReplaced() {
    assertThat(service.get(KEY, "X-Request-Id: " + "x".repeat(129)).header("X-Request-Id"))
        .hasSize(36);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no request at all|400|bad-request",
        "GET /v1/stores HTTP/3.0\\r\\nHost: x\\r\\n|505|http-version-not-supported",
        "GET /v1/stores HTTP/1.1\\r\\n|400|bad-request",
        "GET /v1/stores HTTP/1.1\\r\\nHost: x\\r\\nHost: y\\r\\n|400|bad-request",
        "GET /v1/stores HTTP/1.1\\r\\nHost: x\\r\\nNo colon\\r\\n|400|bad-request",
        "GET /v1/stores HTTP/1.1\\r\\nHost: x\\r\\nA: b\\r\\n c\\r\\n|400|bad-request",
        "GET /a b HTTP/1.1\\r\\nHost: x\\r\\n|400|bad-request",
        "GET nothing HTTP/1.1\\r\\nHost: x\\r\\n|400|invalid-key",
        "GET /v1/stores/app/keys/a#b HTTP/1.1\\r\\nHost: x\\r\\n|400|bad-request",
        "GET http://u:p@x/v1/stores HTTP/1.1\\r\\nHost: x\\r\\n|400|bad-request",
        "PRI * HTTP/2.0\\r\\n|426|upgrade-required",
        "PUT /v1/stores/app/keys/k HTTP/1.1\\r\\nHost: x\\r\\nExpect: nonsense\\r\\n|417|expectation-failed",
        "PUT /v1/stores/app/keys/k HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: x\\r\\n|400|bad-request",
        "PUT /v1/stores/app/keys/k HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: x\\r\\n|400|bad-request",
        "PUT /v1/stores/app/keys/k HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked, x\\r\\n|400|bad-request",
        "PUT /v1/stores/app/keys/k HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked, chunked\\r\\n|400|bad-request"
      })
  void requestThatIsNone_isAProblem(String request, int status, String code) {
    Reply reply = service.raw(request.replace("\\r\\n", "\r\n") + "\r\n");

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.code()).isEqualTo(code);
    assertThat(reply.json().path("requestId").asText()).isEqualTo(reply.header("X-Request-Id"));
    assertThat(reply.text()).doesNotContain("badMessage").doesNotContain("jetty");
    assertThat(reply.header("Server")).isNull();
  }

  @Test
  void matchId_isRepeatedAsItCame_inAnswersAndErrors() throws Exception {
    for (String path : List.of(KEY, "/v1/stores/app/keys/absent", "/nothing", "/health/live")) {
      Reply reply = service.get(path, "KV-Request-Id: abc-1", "X-Request-Id: of a proxy");
      assertThat(reply.header("KV-Request-Id")).as(path).isEqualTo("abc-1");
      assertThat(reply.header("X-Request-Id")).as(path).isEqualTo("of a proxy");
    }
    assertThat(service.get(KEY).header("KV-Request-Id")).isNull();
    assertThat(service.get(KEY, "KV-Request-Id: " + "x".repeat(129)).header("KV-Request-Id"))
        .isNull();
  }

  @Test
  void headersBeyondTheLimit_areAProblem() {
    String large = "x".repeat(70_000);

    assertThat(service.raw("GET " + KEY + HOST + "A: " + large + "\r\n\r\n").code())
        .isEqualTo("headers-too-large");
    assertThat(service.raw("GET /" + large + HOST + "\r\n").code()).isEqualTo("uri-too-long");
  }

  @Test
  void manyHeaders_areAProblem() {
    assertThat(
            service.raw("GET " + KEY + HOST + "a: b\r\n".repeat(150) + "\r\n").status())
        .isEqualTo(200);
    Reply reply = service.raw("GET " + KEY + HOST + "a:\r\n".repeat(300) + "\r\n");

    assertThat(reply.status()).isEqualTo(431);
    assertThat(reply.code()).isEqualTo("headers-too-large");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"", "a\"b", "W/\"a\"", "x,,\"", "close, W/\"a\""})
  void connection_thatIsNoListOfNames_isRefused_whateverTheAnswerWouldBe(String connection) {
    for (String path : List.of(KEY, "/v1/stores/app/keys/absent", "/v1/stores/app/keys/a//b")) {
      Reply reply = service.raw("GET " + path + HOST + "Connection: " + connection + "\r\n\r\n");

      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.code()).isEqualTo("bad-request");
    }
  }

  @Test
  void bodyOfARead_isNotWaitedFor_andEndsTheConnection() throws IOException {
    for (String path : List.of("/health/ready", "/metrics", "/v1/stores")) {
      try (Socket socket = service.connect()) {
        socket
            .getOutputStream()
            .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n12345")
                .getBytes(StandardCharsets.US_ASCII));

        assertThat(Reply.read(socket.getInputStream(), false).status()).as(path).isEqualTo(200);
        assertThat(socket.getInputStream().read()).as(path).isNegative();
      }
    }
  }

  @Test
  void absoluteTarget_isRead() {
    assertThat(service.raw("GET http://x" + KEY + HOST + "\r\n").text()).isEqualTo("1");
    assertThat(service.raw("GET http://x" + KEY + "/../j" + HOST + "\r\n").code())
        .isEqualTo("invalid-key");
  }

  @Test
  void chunkedBody_isRead() {
    Reply reply = service.raw("PUT " + KEY + HOST
        + "Transfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n2\r\n,2\r\n1\r\n]\r\n0\r\n\r\n");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(service.get(KEY).text()).isEqualTo("[1,2]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PUT /K HTTP/1.1|gzip, chunked",
        "PUT /K HTTP/1.1|gzip\r\nTransfer-Encoding: chunked",
        "PUT /K HTTP/1.1|identity , CHUNKED",
        "PUT /K HTTP/1.1|x;a=\"b, c\", chunked",
        "GET /K HTTP/1.1|deflate,chunked"
      })
  void codingBesideChunked_isRefused_andEndsTheConnection(String request) throws IOException {
    String[] parts = request.replace("/K", KEY).split("\\|", 2);
    try (Socket socket = service.connect()) {
      socket
          .getOutputStream()
          .write((parts[0] + "\r\nHost: x\r\nTransfer-Encoding: " + parts[1]
                  + "\r\n\r\n1\r\n2\r\n0\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      Reply reply = Reply.read(socket.getInputStream(), false);

      assertThat(reply.status()).isEqualTo(501);
      assertThat(reply.code()).isEqualTo("not-implemented");
      assertThat(reply.text()).contains("Transfer-Encoding");
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(service.get(KEY).text()).isEqualTo("1");
  }

  @Test
  void transferEncoding_ofHttp10_isRefused() {
    Reply reply = service.raw("PUT " + KEY
        + " HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n2\r\n0\r\n\r\n");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(service.get(KEY).text()).isEqualTo("1");
  }

  @Test
  void chunksThatAreNone_areAProblem() {
    assertThat(service
            .raw("PUT " + KEY + HOST + "Transfer-Encoding: chunked\r\n\r\nzz\r\n")
            .code())
        .isEqualTo("bad-request");
    assertThat(service.get(KEY).text()).isEqualTo("1");
  }

  @Test
  void bodyThatEndsEarly_writesNothing() throws IOException {
    try (Socket socket = service.connect()) {
      socket
          .getOutputStream()
          .write(("PUT " + KEY + HOST + "Content-Length: 10\r\n\r\n12345")
              .getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      assertThat(Reply.read(socket.getInputStream(), false).code()).isEqualTo("bad-request");
    }
    assertThat(service.get(KEY).text()).isEqualTo("1");
  }

  @Test
  void connection_goesOnAfterAnError() throws IOException {
    String put = "PUT " + KEY + "?%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s";
    String unread = "x".repeat(1_000_000);
    try (Socket socket = service.connect()) {
      for (int i = 0; i < 3; i++) {
        socket
            .getOutputStream()
            .write(put.formatted("nope=1", unread.length(), unread)
                .getBytes(StandardCharsets.US_ASCII));
        assertThat(Reply.read(socket.getInputStream(), false).code())
            .isEqualTo("invalid-parameter");
      }
      socket
          .getOutputStream()
          .write(put.formatted("ttl=PT1H", 1, "7").getBytes(StandardCharsets.US_ASCII));
      assertThat(Reply.read(socket.getInputStream(), false).status()).isEqualTo(200);
    }
    assertThat(service.get(KEY).text()).isEqualTo("7");
  }

  @Test
  void expectContinue_isToldToGoOn() {
    Reply reply = service.raw(
        "PUT " + KEY + HOST + "Expect: 100-continue\r\n" + "Content-Length: 1\r\n\r\n5");

    assertThat(reply.status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/stores",
        "GET /v1/stores/app/keys/none",
        "GET /docs",
        "GET /health/live",
        "GET nothing"
      })
  void everyAnswer_keepsOtherPagesFromUsingIt(String request) {
    Reply reply = service.raw(request + HOST + "\r\n");

    assertThat(reply.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
    assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(reply.headers()).doesNotContainKey("Strict-Transport-Security");
  }
}
