package dev.kvstore.http.auth;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.metrics.Metrics;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.http.server.WebSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Tests that tokens never appear in responses, logs or metrics, however they are used. */
class HiddenTokensTest {
  private static final String KEY = "/v1/stores/app/keys/ui.theme";
  private static final int PER_SECOND = 1000;

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Logger product = (Logger) LoggerFactory.getLogger("dev.kvstore");
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final TestTokens tokens = new TestTokens();
  private final List<Reply> replies = new ArrayList<>();

  @BeforeEach
  void listen() {
    appender.list = new CopyOnWriteArrayList<>();
    appender.start();
    root.addAppender(appender);
    product.setLevel(Level.TRACE);
  }

  @AfterEach
  void stopListening() {
    root.detachAppender(appender);
    product.setLevel(null);
  }

  /** Uses the token in every valid and invalid way, with a request id for each. */
  private void use(TestService service, HookedDatabase database, String header) {
    String secret = header.substring(header.lastIndexOf(' ') + 1);
    String basic =
        Base64.getEncoder().encodeToString(("x:" + secret).getBytes(StandardCharsets.UTF_8));
    for (String shown : List.of(
        header,
        "Authorization: " + secret,
        "Authorization: bearer  " + secret,
        "Authorization: Bearer " + secret + ", Bearer " + secret,
        "Authorization: Bearer " + secret + "\u00e9",
        "Authorization: Basic " + basic,
        "Cookie: token=" + secret,
        header + "\r\n" + header)) {
      replies.add(service.get(KEY, shown));
      replies.add(service.put(KEY, "{", shown));
      replies.add(service.put(KEY, "1", shown));
      replies.add(service.get("/v1/stores", shown));
      replies.add(service.get("/metrics", shown));
      replies.add(service.delete("/v1/stores/app", shown));
      replies.add(service.get("/v1/stores/other/keys/k", shown));
      replies.add(service.send("BREW", KEY, null, shown));
    }
    replies.add(service.get(KEY + "?access_token=" + secret, header));
    replies.add(service.get(KEY + "?view=" + secret, header));
    replies.add(service.get("/v1/stores/app/events", header, "Last-Event-ID: " + secret));
    database.fail(new IllegalStateException("broken"));
    replies.add(service.get("/v1/stores", header));
    database.before(method -> {});
  }

  private static List<String> linesOf(Reply reply) {
    List<String> lines = new ArrayList<>(List.of(reply.text()));
    reply.headers().forEach((name, value) -> lines.add(name + ": " + value));
    return lines;
  }

  private static String textOf(ILoggingEvent event) {
    String trace = event.getThrowableProxy() == null
        ? ""
        : ThrowableProxyUtil.asString(event.getThrowableProxy());
    return event.getFormattedMessage()
        + event.getKeyValuePairs()
        + event.getMDCPropertyMap()
        + trace;
  }

  private void awaitAccessLines(int count) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> appender.list.stream()
                .filter(event -> event.getLoggerName().endsWith(".access"))
                .count()
            >= count);
  }

  @Test
  void token_isNowhere(@TempDir Path folder) {
    HookedDatabase database =
        new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    ServerSettings settings =
        with(ServerSettings.DEFAULT, "web", with(WebSettings.DEFAULT, "accessLog", true));
    AccessControl accessControl = new AccessControl(
        tokens.authenticator(), new RateLimiter(PER_SECOND, System::nanoTime), false);
    String good = tokens.add("ci", Role.WRITE, Limits.NONE);
    String revoked = tokens.add("gone", Role.ADMIN, Limits.NONE);
    tokens.revoke("gone");
    String metrics;
    try (TestService service =
        TestService.start(database, settings, accessControl, new Metrics())) {
      use(service, database, good);
      use(service, database, revoked);
      awaitAccessLines(replies.size());
      metrics = service.get("/metrics", good).text();
    }

    List<String> told = new ArrayList<>();
    replies.forEach(reply -> told.addAll(linesOf(reply)));
    appender.list.forEach(event -> told.add(textOf(event)));
    told.addAll(metrics.lines().toList());
    for (String header : List.of(good, revoked)) {
      String secret = header.substring(header.lastIndexOf(' ') + 1);
      assertThat(told).noneMatch(line -> line.contains(secret));
    }
    // The responses that were searched:
    assertThat(replies).extracting(Reply::status).contains(200, 400, 401, 403, 404, 405, 500);
    assertThat(told)
        .anyMatch(line -> line.contains("broken"))
        .anyMatch(line -> line.contains("token=\"ci\""))
        .anyMatch(line -> line.startsWith("kvstore_http_requests_seconds_count"));
  }
}
