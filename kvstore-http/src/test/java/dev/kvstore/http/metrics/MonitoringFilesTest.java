package dev.kvstore.http.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.mongodb.MongoClientSettings;
import dev.kvstore.internal.cache.CacheFigures;
import dev.kvstore.internal.sqlite.SqliteStatistics;
import dev.kvstore.spi.StoreSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests that the metrics and labels in the alerts and the dashboard exist. */
class MonitoringFilesTest {
  private static final Path FOLDER = Path.of("deploy");
  private static final Pattern METRIC =
      Pattern.compile("\\b(?:kvstore|jvm|process|jetty|mongodb)_[a-z0-9_]+");

  private static final Metrics METRICS = new Metrics();
  private static String text = "";

  @BeforeAll
  static void measureEverything() throws IOException {
    Instant then = Instant.parse("2027-01-01T00:00:00Z");
    METRICS.mongodb().accept(MongoClientSettings.builder());
    METRICS.server(new QueuedThreadPool(), () -> 1);
    METRICS.eventStreams(() -> 1);
    METRICS.caches(
        () -> new CacheFigures(true, Instant.EPOCH, Duration.ZERO, 1, 1, 1, 1, 1, 1, 1, 1));
    METRICS.sqlite(() -> new SqliteStatistics(3, 2, 1, 4096, 0));
    METRICS.stores(most -> List.of(new StoreSize("app", 12, 345)));
    METRICS.certificate(() -> then);
    METRICS.tokens(() -> List.of(Instant.MAX, then));
    METRICS.addRequest("/v1/stores", "GET", 200, Duration.ofMillis(3));
    text = written();
  }

  private static String written() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    METRICS.writeTo(out);
    return out.toString(StandardCharsets.UTF_8);
  }

  @AfterAll
  static void close() {
    METRICS.close();
  }

  private static Set<String> existing() {
    return text.lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("[{ ]", 2)[0])
        .collect(Collectors.toSet());
  }

  private static Set<String> metricsIn(Iterable<JsonNode> expressions) {
    Set<String> names = new TreeSet<>();
    for (JsonNode expression : expressions) {
      METRIC.matcher(expression.asText()).results().forEach(match -> names.add(match.group()));
    }
    return names;
  }

  @Test
  void alerts_nameMetricsThatExist() throws IOException {
    JsonNode rules =
        new YAMLMapper().readTree(Files.readString(FOLDER.resolve("prometheus-rules.yaml")));
    List<JsonNode> alerts = new ArrayList<>();
    rules.at("/groups/0/rules").forEach(alerts::add);

    assertThat(alerts).hasSizeGreaterThan(5).allSatisfy(alert -> {
      assertThat(alert.path("alert").asText()).startsWith("Kvstore");
      assertThat(alert.at("/labels/severity").asText()).isIn("warning", "critical");
      assertThat(alert.at("/annotations/summary").asText()).isNotEmpty();
    });
    Set<String> named = metricsIn(rules.findValues("expr"));
    assertThat(named).hasSizeGreaterThan(5);
    assertThat(existing()).containsAll(named);
  }

  @Test
  void dashboard_namesMetricsThatExist() throws IOException {
    JsonNode dashboard =
        new ObjectMapper().readTree(Files.readString(FOLDER.resolve("grafana-dashboard.json")));
    Set<String> named = metricsIn(dashboard.findValues("expr"));

    assertThat(named).hasSizeGreaterThan(10);
    assertThat(existing()).containsAll(named).contains("kvstore_build_info");
    assertThat(dashboard.at("/templating/list/1/query/query").asText())
        .contains("kvstore_build_info");
  }

  @Test
  void values_outliveACollection() throws IOException {
    WeakReference<Object> canary = new WeakReference<>(new Object());
    await().until(() -> {
      System.gc();
      return canary.get() == null;
    });

    assertThat(written())
        .contains("kvstore_tls_certificate_expiry_timestamp_seconds 1.7987616E9\n")
        .contains("kvstore_tokens_next_expiry_timestamp_seconds 1.7987616E9\n");
  }

  @Test
  void values_areInTheUnitOfTheirName() {
    assertThat(text)
        .contains("kvstore_tls_certificate_expiry_timestamp_seconds 1.7987616E9\n")
        .contains("kvstore_tokens_next_expiry_timestamp_seconds 1.7987616E9\n")
        .contains("kvstore_tokens 2.0\n")
        .contains("kvstore_store_entries{store=\"app\"} 12.0\n")
        .contains("kvstore_store_bytes{store=\"app\"} 345.0\n")
        .contains("kvstore_sqlite_transactions_total 3.0\n")
        .containsPattern("kvstore_build_info\\{java=\"[^\"]+\",version=\"unknown\"} 1");
  }
}
