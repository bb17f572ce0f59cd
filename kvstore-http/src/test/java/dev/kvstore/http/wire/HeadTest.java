package dev.kvstore.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that {@code HEAD} returns the same headers as {@code GET}. */
class HeadTest {
  /** Headers that differ between responses or belong to the body. */
  private static final Set<String> OTHERS =
      Set.of("Date", "X-Request-Id", "Transfer-Encoding", "Sync-Token");

  private static TestService service;

  @BeforeAll
  static void start(@TempDir Path folder) {
    service = TestService.start(folder);
    service.put("/v1/stores/app/keys/large", '"' + "text ".repeat(1000) + '"');
    service.put("/v1/stores/app/keys/middle", '"' + "text ".repeat(300) + '"');
    service.put("/v1/stores/app/keys/small", "1");
    service.put("/v1/stores/long/keys/long", '"' + "text ".repeat(20_000) + '"');
    service.put("/v1/stores/long/keys/small", "1");
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static Map<String, String> headers(Reply reply) {
    Map<String, String> headers = new TreeMap<>(reply.headers());
    headers.keySet().removeAll(OTHERS);
    return headers;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/stores/app/keys/large",
        "/v1/stores/app/keys/middle",
        "/v1/stores/app/keys/small",
        "/v1/stores/app/keys/large?view=entry",
        "/v1/stores/app/keys/absent",
        "/v1/stores/app/keys?values=true",
        "/v1/stores/app/keys?view=keys",
        "/v1/stores/app/keys?key=small",
        "/v1/stores/app/keys?key=large&values=true",
        "/v1/stores/app/values",
        "/v1/stores/app/values?key=small",
        "/v1/stores/long/values",
        "/v1/stores/long/keys?key=long&key=small&values=true",
        "/v1/stores",
        "/v1/stores/app",
        "/health/live",
        "/metrics",
        "/",
        "/docs",
        "/docs/swagger-ui.css",
        "/docs/swagger-ui-bundle.js",
        "/openapi.json",
        "/nothing"
      })
  void head_hasTheHeadersOfGet(String path) {
    List<String[]> accepted = List.of(
        new String[0],
        new String[] {"Accept-Encoding: gzip"},
        new String[] {"Accept-Encoding: identity, gzip;q=0"},
        new String[] {"Accept-Encoding: br, *;q=0.1"},
        new String[] {"Accept-Encoding: gzip", "Accept: application/bson"},
        new String[] {"Accept-Encoding: gzip", "If-None-Match: *"});
    for (String[] headers : accepted) {
      Map<String, String> get = headers(service.get(path, headers));
      Map<String, String> head = headers(service.send("HEAD", path, null, headers));
      if (!get.containsKey("Content-Length") || path.equals("/metrics")) {
        // Unknown before the response is compressed, and different for resources with counters.
        get.remove("Content-Length");
        if (path.equals("/metrics")) {
          head.remove("Content-Length");
        }
      }

      assertThat(head).as(List.of(headers).toString()).isEqualTo(get);
    }
  }
}
