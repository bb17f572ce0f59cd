package dev.kvstore.http.net;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Generates hostile requests, always the same for the same seed. */
final class HostileRequests {
  private static final List<String> METHODS =
      List.of("TRACE", "CONNECT", "PROPFIND", "QUERY", "get", "G\u00cbT", "", "A".repeat(300));

  private static final List<String> RESOURCES = List.of(
      "/keys/",
      "/keys",
      "/values",
      "/defaults/",
      "/counters/",
      "/history/",
      "/snapshot",
      "",
      "/keys//",
      "/%6beys/",
      "/keys;x=y/");

  private static final List<String> KEYS = List.of(
      "a",
      "a/b",
      "..",
      "a/../b",
      "%2e%2e",
      "%2E%2E%2F%2E%2E%2Fetc%2Fpasswd",
      "%00",
      "%0d%0a",
      "%ff",
      "%c0%ae",
      "%ed%a0%80",
      "%f4%90%80%80",
      "%",
      "%2",
      "%zz",
      "\u00ff\u00fe",
      "%F0%9F%98%80",
      "a%2Fb",
      "a//b",
      "/",
      "$where",
      "__proto__",
      "'%20OR%201=1--",
      "%7B%22$gt%22:%22%22%7D",
      "a b",
      "a#b",
      "a;b=c",
      "x".repeat(600),
      "%41".repeat(2000),
      "k\tk",
      "k\u0001k",
      "\\..\\..\\x",
      "${jndi:ldap://x}");

  private static final List<String> QUERIES = List.of(
      "",
      "",
      "",
      "?ttl=PT1H",
      "?ttl=keep",
      "?ttl=-PT1S",
      "?ttl=P99999999999Y",
      "?ttl=",
      "?view=entry",
      "?view=x",
      "?limit=-1",
      "?limit=99999999999999999999",
      "?limit=1000",
      "?prefix=%ff",
      "?prefix=a",
      "?after=%00",
      "?key=a&key=b",
      "?key=",
      "?atomic=true",
      "?atomic=maybe",
      "?confirm=x",
      "?%zz=1",
      "?a=1&a=2",
      "?values=true",
      "?&&&&",
      "?=",
      "?key=" + "a&key=".repeat(2000),
      "?" + "x".repeat(5000));

  private static final List<String> HEADERS = List.of(
      "Content-Type: application/json",
      "Content-Type: application/bson",
      "Content-Type: application/merge-patch+json",
      "Content-Type: text/plain",
      "Content-Type: ;;;==",
      "Content-Type: application/json; charset=utf-7",
      "Content-Encoding: gzip",
      "Accept: */*;q=2",
      "Accept: application/bson",
      "Accept: text/html",
      "Accept: ,,;q=,",
      "Accept-Encoding: gzip, *;q=x",
      "If-Match: \"x\"",
      "If-Match: *",
      "If-Match: W/\"",
      "If-Match: x,",
      "If-None-Match: *",
      "If-None-Match: \"",
      "Sync-Token: 0000000000000001",
      "Sync-Token: 7fffffffffffffff",
      "Sync-Token: -1",
      "KV-Author: %00",
      "KV-Author: " + "x".repeat(600),
      "X-Request-Id: \u0001",
      "Range: bytes=0-99999999",
      "Expect: 100-continue",
      "Expect: x",
      "Cookie: " + "c".repeat(4000),
      "Upgrade: h2c",
      "Upgrade: websocket",
      "Host: other",
      "Authorization: Basic x",
      "Authorization: Bearer " + "x".repeat(3000),
      "X-HTTP-Method-Override: DELETE",
      "X-Forwarded-For: a, b, \u00e9",
      "Forwarded: for=\"_x",
      "TE: trailers",
      "Cache-Control: no-cache, max-age=-5",
      "No colon",
      ": no name",
      "A\u00e9: b",
      "A: b\r\n folded",
      "Last-Event-ID: x",
      "Origin: null",
      "Referer: \u0000",
      "Trailer: Content-Length");

  private static final List<String> BODIES = List.of(
      "",
      "1",
      "null",
      "{}",
      "[]",
      "\"text\"",
      "{\"a\":1}",
      "{\"by\":1}",
      "{\"by\":9223372036854775807}",
      "{\"by\":1e400}",
      "{\"a\":1,\"a\":2}",
      "{\"$set\":{\"a.b\":null,\"\":1}}",
      "{\"a//b\":1}",
      "{\"\":1}",
      "[".repeat(101),
      "[".repeat(100_000),
      "{\"a\":".repeat(5000),
      "1e999999999",
      "-",
      "0x10",
      "NaN",
      "01",
      "1.",
      "tru",
      "\"\\ud800\"",
      "\"\\u0000\"",
      "\"unterminated",
      "{\"a\":}",
      "{,}",
      "1 2",
      "\ufeff1",
      "'a'",
      "/* c */ 1",
      "9".repeat(2000),
      "0." + "1".repeat(5000),
      "\"" + "x".repeat(20_000) + "\"",
      "{\"value\":1}",
      "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>");

  private final Random random;

  HostileRequests(long seed) {
    this.random = new Random(seed);
  }

  /**
   * Returns the next request. Most of it is valid, because the first error would hide all others.
   */
  byte[] next() {
    Shape shape = pick(Shape.values());
    StringBuilder head = new StringBuilder()
        .append(seldom() ? pick(METHODS) : shape.method)
        .append(' ')
        .append(target(shape))
        .append(random.nextInt(50) == 0 ? " HTTP/1.0" : " HTTP/1.1")
        .append(random.nextInt(50) == 0 ? "\n" : "\r\n");
    if (random.nextInt(50) != 0) {
      head.append("Host: x\r\n");
    }
    head.append("Connection: close\r\n");
    if (shape == Shape.PATCH) {
      head.append("Content-Type: application/merge-patch+json\r\n");
    }
    for (int i = random.nextInt(6) - 3; i > 0; i--) {
      head.append(pick(HEADERS)).append("\r\n");
    }
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    frame(head, seldom() || shape.body.isEmpty() ? body() : utf8(shape.body), request);
    return mangled(request.toByteArray());
  }

  /** A valid request. */
  private enum Shape {
    READ("GET", "/keys/a", "", ""),
    READ_ENTRY("GET", "/keys/a/b", "?view=entry", ""),
    HEAD("HEAD", "/keys/a", "", ""),
    SET("PUT", "/keys/a", "", "1"),
    SET_ANY("PUT", "/keys/b", "", ""),
    PATCH("PATCH", "/keys/a", "", "{\"a\":1}"),
    PATCH_ANY("PATCH", "/keys/b", "", ""),
    DELETE("DELETE", "/keys/a/b", "", ""),
    DEFAULT("PUT", "/defaults/c", "", "[1]"),
    COUNT("POST", "/counters/n", "", "{\"by\":1}"),
    COUNT_ANY("POST", "/counters/n", "", ""),
    VALUES("GET", "/values", "?prefix=a", ""),
    SET_VALUES("PUT", "/values", "", "{\"a\":1,\"b/c\":[]}"),
    SET_ANY_VALUES("PUT", "/values", "?atomic=true", ""),
    KEYS("GET", "/keys", "?limit=10", ""),
    DROP("DELETE", "", "?confirm=s0", ""),
    OPTIONS("OPTIONS", "/keys/a", "", "");

    private final String method;
    private final String path;
    private final String query;
    private final String body;

    Shape(String method, String path, String query, String body) {
      this.method = method;
      this.path = path;
      this.query = query;
      this.body = body;
    }
  }

  private String target(Shape shape) {
    if (random.nextInt(30) == 0) {
      return pick(List.of(
          "*",
          "/",
          "//",
          "/docs",
          "/docs/../logback.xml",
          "/openapi.json",
          "/v1/stores",
          "/v1/stores/",
          "/health/live",
          "/health/ready",
          "/v2/stores",
          "http://x/v1/stores",
          "x:80",
          "?",
          "/%2e%2e/%2e%2e/etc/passwd",
          "/" + "a/".repeat(5000),
          "/v1/stores/\u00e9/keys"));
    }
    String store = random.nextInt(30) == 0
        ? pick(List.of("1st", "a.b", "", "system.users", "x".repeat(65), "%61", "_tokens", "a%00"))
        : "s" + random.nextInt(3);
    String resource = seldom() ? pick(RESOURCES) : shape.path;
    return "/v1/stores/" + store + resource + (resource.endsWith("/") ? pick(KEYS) : "")
        + (seldom() ? pick(QUERIES) : shape.query);
  }

  private boolean seldom() {
    return random.nextInt(4) == 0;
  }

  /** Returns a body of JSON, random bytes, or pretended BSON. */
  private byte[] body() {
    int kind = random.nextInt(10);
    if (kind < 7) {
      return utf8(pick(BODIES));
    }
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    if (kind == 9 && bytes.length > 16) {
      byte[] begin = {
        (byte) bytes.length, 0, 0, 0, (byte) random.nextInt(20), 'v', 'a', 'l', 'u', 'e', 0
      };
      System.arraycopy(begin, 0, bytes, 0, begin.length);
    }
    return bytes;
  }

  /** Adds the framing of the body: mostly the correct length, or chunks, or neither. */
  private void frame(StringBuilder head, byte[] body, ByteArrayOutputStream request) {
    int kind = random.nextInt(40);
    if (kind == 0) {
      head.append("Transfer-Encoding: ").append(pick(List.of("x", "chunked, x", "gzip, chunked")));
      head.append("\r\n");
    } else if (kind < 4) {
      head.append("Transfer-Encoding: chunked\r\n");
    }
    if (kind == 3 || kind == 4) {
      head.append("Content-Length: ")
          .append(pick(List.of("-1", "99999999999999999999", "1, 2", "x", "", "+1", "0x1")))
          .append("\r\n");
    } else if (kind > 4) {
      int wrong = random.nextInt(15) == 0 ? random.nextInt(20) - 10 : 0;
      head.append("Content-Length: ").append(Math.max(0, body.length + wrong)).append("\r\n");
    }
    request.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    if (kind == 1 || kind == 2) {
      String size = random.nextInt(5) == 0
          ? pick(List.of("zz", "-1", "ffffffffffffffff", "", "1;" + "e".repeat(5000)))
          : Integer.toHexString(body.length);
      request.writeBytes((size + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      request.writeBytes(body);
      request.writeBytes("\r\n0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    } else {
      request.writeBytes(body);
    }
  }

  /** Returns the request, sometimes truncated or with a few bytes changed. */
  private byte[] mangled(byte[] request) {
    int kind = random.nextInt(40);
    if (kind == 0) {
      return Arrays.copyOf(request, 1 + random.nextInt(request.length));
    }
    if (kind == 1) {
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        request[random.nextInt(Math.min(request.length, 200))] = (byte) random.nextInt(256);
      }
    }
    return request;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Shape pick(Shape[] shapes) {
    return shapes[random.nextInt(shapes.length)];
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
