package dev.kvstore.http.api.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.NearCacheSettings;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.metrics.Metrics;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.cache.CacheFigures;
import dev.kvstore.internal.engine.StoreStack;
import dev.kvstore.internal.engine.StoreStack.Layers;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.testing.MongoStack;
import dev.kvstore.testing.MongoTestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
  private static final String KEY = "/v1/stores/quux/keys/secret-key";

  @TempDir
  private Path folder;

  /** Returns the value of the line with this beginning; NaN if there is none. */
  private static double value(String text, String begin) {
    Matcher line = Pattern.compile("^" + Pattern.quote(begin) + ".* (\\S+)$", Pattern.MULTILINE)
        .matcher(text);
    return line.find() ? Double.parseDouble(line.group(1)) : Double.NaN;
  }

  private static void awaitMetric(TestService service, String begin, double value) {
    // A request is counted after its end, possibly later than its client sees the response.
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> value(service.get("/metrics").text(), begin) == value);
  }

  @Test
  void requests_areCountedByRoute_notByKey() {
    try (TestService service = TestService.start(folder)) {
      service.put(KEY, "1");
      service.get(KEY);
      service.get(KEY + "2");
      service.get("/nowhere/secret-path");
      service.send("FROB", KEY, null);
      service.raw("nonsense\r\n\r\n");

      String count =
          "kvstore_http_requests_seconds_count{method=\"%s\",route=\"%s\",status=\"%d\"}";
      String key = "/v1/stores/{store}/keys/{key}";
      awaitMetric(service, count.formatted("PUT", key, 201), 1);
      awaitMetric(service, count.formatted("GET", key, 200), 1);
      awaitMetric(service, count.formatted("GET", key, 404), 1);
      awaitMetric(service, count.formatted("GET", "none", 404), 1);
      awaitMetric(service, count.formatted("other", key, 405), 1);
      awaitMetric(service, count.formatted("other", "none", 400), 1);
      Reply reply = service.get("/metrics");

      assertThat(reply.header("Content-Type")).startsWith("text/plain;");
      assertThat(reply.text())
          .doesNotContain("secret", "FROB")
          .contains("kvstore_http_requests_seconds_bucket{", "le=\"0.005\"", "le=\"+Inf\"")
          .contains("jvm_memory_used_bytes", "jvm_gc_", "process_uptime", "process_cpu")
          .contains("jetty_threads_busy");
      assertThat(value(reply.text(), "kvstore_http_connections")).isGreaterThanOrEqualTo(1);
    }
  }

  @Test
  void commandsOfMongodb_areMeasured_withoutTheirCollection() {
    Metrics metrics = new Metrics();
    MongoSettings settings = MongoSettings.DEFAULT.withClientCustomizer(metrics.mongodb());
    try (MongoTestServer mongo = MongoTestServer.start();
        TestService service =
            TestService.start(MongoStack.open(mongo.connectionString(), settings), metrics)) {
      service.get(KEY);
      String text = service.get("/metrics").text();

      assertThat(value(text, "mongodb_driver_commands_seconds_count{command=\"find\""))
          .isEqualTo(1);
      assertThat(text)
          .contains("mongodb_driver_commands_seconds_bucket{", "mongodb_driver_pool_size")
          .contains("mongodb_driver_pool_checkout_seconds_bucket{status=\"success\"")
          .doesNotContain("quux");
    }
  }

  @Test
  void caches_areMeasured() throws IOException {
    try (Metrics metrics = new Metrics()) {
      Instant since = Instant.now().minusSeconds(60);
      metrics.caches(() ->
          new CacheFigures(false, since, Duration.ofMillis(3500), 90, 10, 5, 4, 3, 2, 1, 100));
      metrics.eventStreams(() -> 7);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      metrics.writeTo(out);
      String text = out.toString(StandardCharsets.UTF_8);

      assertThat(value(text, "kvstore_cache_hits_total")).isEqualTo(90);
      assertThat(value(text, "kvstore_cache_misses_total")).isEqualTo(10);
      assertThat(value(text, "kvstore_cache_loads_total")).isEqualTo(5);
      assertThat(value(text, "kvstore_cache_bytes")).isEqualTo(100);
      assertThat(value(text, "kvstore_cache_coherent")).isZero();
      assertThat(value(text, "kvstore_cache_event_lag_seconds")).isEqualTo(3.5);
      assertThat(value(text, "kvstore_cache_event_stream_age_seconds")).isBetween(60.0, 110.0);
      assertThat(value(text, "kvstore_http_event_streams")).isEqualTo(7);
    }
  }

  @Test
  void cachedReads_areCounted() {
    EntryDatabase database = StoreStack.over(
        "test",
        SqliteEntryDatabase.open(folder.resolve("test.db")),
        Layers.cached(NearCacheSettings.DEFAULT, Clock.systemUTC()));
    try (TestService service = TestService.start(database, ServerSettings.DEFAULT)) {
      service.put(KEY, "1");
      Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
        service.get(KEY);
        return value(service.get("/metrics").text(), "kvstore_cache_hits_total") > 0;
      });
      assertThat(value(service.get("/metrics").text(), "kvstore_cache_coherent"))
          .isEqualTo(1);
    }
  }

  @Test
  void head_hasNoBody() {
    try (TestService service = TestService.start(
        SqliteEntryDatabase.open(folder.resolve("x.db")), ServerSettings.DEFAULT)) {
      assertThat(service.send("HEAD", "/metrics", null).status()).isEqualTo(200);
    }
  }
}
