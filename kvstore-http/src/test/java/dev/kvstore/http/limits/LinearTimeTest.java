package dev.kvstore.http.limits;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.TestService;
import dev.kvstore.http.net.ForwardedHeader;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.http.server.WebSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that untrusted input takes the service linear time, measured end to end. */
class LinearTimeTest {
  private static final int SMALL = 8_000;
  private static final int LARGE = 62_000;

  /** The maximum cost of a header of maximum size. */
  private static final long MAX_HEADER_NANOS = Duration.ofMillis(50).toNanos();

  /**
   * The maximum ratio of costs for eight times the input; quadratic time would cost 60 times as
   * much.
   */
  private static final int MAX_RATIO = 24;

  /** Smaller costs are noise. */
  private static final long NOISE_NANOS = Duration.ofMillis(1).toNanos();

  /** Repetitions, because other programs and the compiler affect the measurement. */
  private static final int TRIES = 6;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static TestService service;
  private static TestService behindProxy;

  @BeforeAll
  static void start(@TempDir Path folder) {
    service = start(folder.resolve("plain"), ForwardedHeader.X_FORWARDED_FOR);
    behindProxy = start(folder.resolve("proxied"), ForwardedHeader.FORWARDED);
    service.put("/v1/stores/app/keys/k", "{\"a\":1}");
  }

  private static TestService start(Path folder, ForwardedHeader header) {
    WebSettings web = with(
        WebSettings.DEFAULT,
        "trustedProxies",
        List.of("127.0.0.0/8", "::/0"),
        "corsOrigins",
        Set.of("https://a.example"),
        "forwardedHeader",
        header);
    return TestService.start(folder, with(ServerSettings.DEFAULT, "web", web));
  }

  @AfterAll
  static void stop() {
    service.close();
    behindProxy.close();
  }

  /** An input whose middle is repeated to the desired length. */
  record Shape(String begin, String middle, String end) {
    String text(int length) {
      int times = (length - begin.length() - end.length()) / middle.length();
      return begin + middle.repeat(times) + end;
    }
  }

  private static final List<Shape> SHAPES = List.of(
      new Shape("x", " ", "x"),
      new Shape("\"a\"", " ", "x"),
      new Shape("", "\"a\",", ""),
      new Shape("", "\"", ""),
      new Shape("W/\"a\"", " ,\t", "\"b"),
      new Shape("", ",", ""),
      new Shape("", ";", ""),
      new Shape("a/b", ";q=0.1", ""),
      new Shape("", "a/b;q=0.1,a/b;q=0.9,", ""),
      new Shape("", "a;q=.1,b,", ""),
      new Shape("", "1:", ""),
      new Shape("for=\"[", "1:", "]\""),
      new Shape("", "1.", ""),
      new Shape("", "f", ":"),
      new Shape("", "for=1.2.3.4,", ""),
      new Shape("", "1.2.3.4, ", ""),
      new Shape("Bearer", " ", "x"),
      new Shape("Bearer ", "a", "="),
      new Shape("http://", "a.", ""),
      new Shape("http://[", ":", "]"),
      new Shape("", "%41", "%"),
      new Shape("", "a=b; ", ""),
      new Shape("", "a=;", ""),
      new Shape("\"", "\\\"", ""),
      new Shape("bytes=", "0-1,", ""),
      new Shape("", "0000000000000001,", ""));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "If-Match",
        "If-None-Match",
        "Accept",
        "Accept-Encoding",
        "Authorization",
        "Cookie",
        "KV-Author",
        "KV-Etag",
        "Sync-Token",
        "Cache-Control",
        "Last-Event-ID",
        "Content-Type",
        "Content-Encoding",
        "Connection",
        "Origin",
        "Range",
        "X-Request-Id",
        "Expect",
        "Host",
        "Transfer-Encoding",
        "Content-Length",
        "KV-Request-Id",
        "KV-Unknown",
        "traceparent",
        "Upgrade",
        "User-Agent",
        "Sec-Fetch-Site",
        "Access-Control-Request-Method",
        "If-Modified-Since",
        "If-Range"
      })
  void header_costsLittle(String name) {
    checkHeader(service, name);
  }

  @Test
  void headerOfProxies_costsLittle() {
    checkHeader(behindProxy, "Forwarded");
    checkHeader(service, "X-Forwarded-For");
    checkHeader(service, "X-Forwarded-Proto");
  }

  /** Checks a header that is too long for the service, and one that just is not. */
  private static void checkHeader(TestService asked, String name) {
    for (Shape shape : SHAPES) {
      checkHeader(asked, "GET", name, shape, LARGE);
      checkHeader(asked, "PUT", name, shape, SMALL);
    }
  }

  private static void checkHeader(
      TestService asked, String method, String name, Shape shape, int length) {
    String header = name + ": " + shape.text(length) + "\r\n";
    byte[] request = request(method, "/v1/stores/app/keys/k", header, "1");

    assertThat(cheapest(asked, request, MAX_HEADER_NANOS))
        .as(method + " " + name + ": " + shape)
        .isLessThan(MAX_HEADER_NANOS);
  }

  /**
   * Returns the cost of the request: the first one that is low enough, or the minimum of a few
   * tries.
   */
  private static long cheapest(TestService asked, byte[] request, long enough) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < TRIES && least >= enough; i++) {
      least = Math.min(least, cost(asked, request));
    }
    return least;
  }

  static Stream<Arguments> queriesAndBodies() {
    return Stream.of(
        Arguments.of("GET /v1/stores/app/values?", new Shape("", "&", ""), null),
        Arguments.of("GET /v1/stores/app/values?", new Shape("", "=", ""), null),
        Arguments.of("GET /v1/stores/app/values?", new Shape("prefix=", "%41", ""), null),
        Arguments.of("GET /v1/stores/app/values?", new Shape("prefix=", "+", ""), null),
        Arguments.of("GET /v1/stores/app/keys?", new Shape("limit=", "1", ""), null),
        Arguments.of("GET /v1/stores/app/keys/", new Shape("", "a/../", "k"), null),
        Arguments.of("GET /v1/stores/app/keys/", new Shape("", "./", "k"), null),
        Arguments.of("GET /v1/stores/app/keys/", new Shape("", ";", "k"), null),
        Arguments.of("GET /v1/stores/app/keys/", new Shape("", "%2F", "k"), null),
        Arguments.of("PUT /v1/stores/app/keys/q?", new Shape("ttl=P", "1", "D"), "1"),
        Arguments.of("PUT /v1/stores/app/keys/q?", new Shape("ttl=PT", "1", "."), "1"),
        Arguments.of("PUT /v1/stores/app/keys/q?", new Shape("ttl=", "1h", ""), "1"),
        Arguments.of("GET /v1/stores/app/events?", new Shape("heartbeat=PT", "0", "S"), null),
        Arguments.of("PUT /v1/stores/app/keys/b", null, new Shape("", " ", "1")),
        Arguments.of("PUT /v1/stores/app/keys/b", null, new Shape("", "[", "")),
        Arguments.of("PUT /v1/stores/app/keys/b", null, new Shape("[", "1,", "1]")),
        Arguments.of("PUT /v1/stores/app/keys/b", null, new Shape("", "1", "")),
        Arguments.of("PUT /v1/stores/app/keys/b", null, new Shape("1.", "1", "e9")),
        Arguments.of("PUT /v1/stores/app/keys/b", null, new Shape("[", "1e999999999,", "1]")),
        Arguments.of("PUT /v1/stores/app/keys/b", null, new Shape("\"", "\\u0041", "\"")),
        Arguments.of("PUT /v1/stores/app/keys/b", null, new Shape("{", "\"a\":1,", "}")),
        Arguments.of("PUT /v1/stores/app/values", null, new Shape("{", "\"a\":1,", "}")),
        Arguments.of("POST /v1/stores/app/counters/c", null, new Shape("{\"by\":", "1", "}")),
        Arguments.of("PATCH /v1/stores/app/keys/k", null, new Shape("{\"a\":", "[[],", "")));
  }

  @ParameterizedTest
  @MethodSource
  void queriesAndBodies(String line, Object query, Object body) {
    long small = least(line, query, body, SMALL);
    long large = least(line, query, body, LARGE);

    assertThat(large).isLessThan(MAX_RATIO * Math.max(small, NOISE_NANOS));
  }

  private static long least(String line, Object query, Object body, int length) {
    String path = line.substring(line.indexOf(' ') + 1);
    String method = line.substring(0, line.indexOf(' '));
    byte[] request = request(
        method,
        path + (query instanceof Shape shape ? shape.text(length) : ""),
        method.equals("PATCH") ? "Content-Type: application/merge-patch+json\r\n" : "",
        body instanceof Shape shape ? shape.text(length) : String.valueOf(body));
    return cheapest(service, request, NOISE_NANOS);
  }

  /**
   * Returns a request. Omits default headers if they would be duplicates, which are refused at
   * once.
   */
  private static byte[] request(String method, String path, String header, String body) {
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n" + header);
    if (!header.startsWith("Host:")) {
      head.append("Host: localhost\r\n");
    }
    head.append("Connection: close\r\n");
    String content = method.equals("GET") ? "" : body;
    if (!content.isEmpty()
        && !header.startsWith("Transfer-Encoding:")
        && !header.startsWith("Content-Length:")) {
      head.append("Content-Length: ").append(content.length()).append("\r\n");
    }
    return head.append("\r\n").append(content).toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Returns the CPU time that the service spends on the request. */
  private static long cost(TestService asked, byte[] request) {
    long before = serverTime();
    try {
      assertThat(asked.raw(request, false).status()).isBetween(200, 599);
    } catch (UncheckedIOException e) {
      // The service has refused it and closed the connection while the rest was being sent.
      assertThat(e).hasCauseInstanceOf(IOException.class);
    }
    return serverTime() - before;
  }

  private static long serverTime() {
    long sum = 0;
    for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().startsWith("kvstore-")) {
        sum += Math.max(0, THREADS.getThreadCpuTime(thread.getThreadId()));
      }
    }
    return sum;
  }
}
