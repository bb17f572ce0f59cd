package dev.kvstore.http.server;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.kvstore.UnavailableException;
import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.TestService;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Tests the parts of requests in the access log. */
class AccessLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.kvstore.http");
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  @TempDir
  private Path folder;

  @BeforeEach
  void listen() {
    appender.list = new CopyOnWriteArrayList<>();
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(appender);
  }

  private static ServerSettings settings(boolean accessLog) {
    return with(
        ServerSettings.DEFAULT,
        "web",
        with(WebSettings.DEFAULT, "trustedProxies", List.of("127.0.0.1"), "accessLog", accessLog));
  }

  /** Returns the fields of the line about this request. */
  private Map<String, String> fields(String requestId) {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> written(requestId), lines -> lines.size() == 1)
        .get(0);
  }

  private List<Map<String, String>> written(String requestId) {
    return appender.list.stream()
        .filter(event -> event.getLoggerName().endsWith(".access"))
        .map(AccessLogTest::fields)
        .filter(fields -> requestId.equals(fields.get("requestId")))
        .toList();
  }

  private static Map<String, String> fields(ILoggingEvent event) {
    return event.getKeyValuePairs().stream()
        .collect(Collectors.toMap(pair -> pair.key, pair -> String.valueOf(pair.value)));
  }

  @Test
  void request_isALine_withWhoAndWhatButNoKeysOrValues() {
    try (TestService service =
        TestService.start(SqliteEntryDatabase.open(folder.resolve("test.db")), settings(true))) {
      service.put(
          "/v1/stores/app/keys/secret?ttl=PT1H",
          "\"hunter2\"",
          "X-Request-Id: one",
          "X-Forwarded-For: 192.0.2.7");
      Map<String, String> fields = fields("one");

      assertThat(fields)
          .containsEntry("remote", "192.0.2.7")
          .containsEntry("method", "PUT")
          .containsEntry("route", "/v1/stores/{store}/keys/{key}")
          .containsEntry("status", "201")
          .containsOnlyKeys("requestId", "remote", "method", "route", "status", "bytes", "millis");
      assertThat(Integer.parseInt(fields.get("bytes"))).isPositive();
      service.raw("GET /a b HTTP/1.1\r\nHost: x\r\nX-Request-Id: two\r\n\r\n");
      service.get("/v1/stores/app/values?prefix=hunter2", "X-Request-Id: three");
      assertThat(fields("three")).containsEntry("status", "200");

      assertThat(appender.list)
          .extracting(event -> event.getFormattedMessage() + event.getKeyValuePairs())
          .noneMatch(line -> line.contains("hunter2") || line.contains("secret"));
    }
  }

  @Test
  void withoutTheOption_nothingIsWritten() {
    try (TestService service =
        TestService.start(SqliteEntryDatabase.open(folder.resolve("test.db")), settings(false))) {
      assertThat(service.get("/v1/stores").status()).isEqualTo(200);
    }
    assertThat(appender.list).noneMatch(event -> event.getLoggerName().endsWith(".access"));
  }

  @Test
  void whatFails_isLoggedUnderTheRequestsId() {
    HookedDatabase database =
        new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    try (TestService service = TestService.start(database, settings(false))) {
      database.fail(new UnavailableException("The database did not answer", null));
      assertThat(service.get("/v1/stores", "X-Request-Id: four").status()).isEqualTo(503);
    }
    assertThat(appender.list)
        .filteredOn(event -> event.getFormattedMessage().contains("503"))
        .singleElement()
        .satisfies(
            event -> assertThat(event.getMDCPropertyMap()).containsEntry("requestId", "four"));
  }
}
