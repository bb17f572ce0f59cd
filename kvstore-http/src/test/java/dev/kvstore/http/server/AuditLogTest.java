package dev.kvstore.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvstore.http.AuditLines;
import dev.kvstore.http.TestService;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which actions are in the audit log. */
class AuditLogTest {
  private static final String KEY = "/v1/stores/app/keys/secret-key";

  @TempDir
  private Path folder;

  private final TestTokens tokens = new TestTokens();
  private final AtomicLong time = new AtomicLong();
  private final AuditLines lines = AuditLines.listen();
  private final String admin = tokens.add("root", Role.ADMIN, Limits.NONE);
  private TestService service;

  @BeforeEach
  void start() {
    service = TestService.start(
        SqliteEntryDatabase.open(folder.resolve("test.db")),
        ServerSettings.DEFAULT,
        new AccessControl(tokens.authenticator(), null, false));
  }

  @AfterEach
  void stop() {
    service.close();
    lines.close();
  }

  private static void assertLine(JsonNode line, String... members) {
    assertThat(line.fieldNames())
        .toIterable()
        .startsWith("at", "event", "by", "remote", "store", "subject", "outcome");
    assertThat(Instant.parse(line.path("at").asText())).isBefore(Instant.now().plusSeconds(1));
    assertThat(List.of("event", "by", "remote", "store", "subject", "outcome"))
        .extracting(name -> line.path(name).asText())
        .containsExactly(members);
  }

  @Test
  void drop_isALine_alsoWhereThereIsNothing() {
    service.put(KEY, "\"hunter2\"", admin);
    assertThat(service.delete("/v1/stores/app?confirm=app", admin).status()).isEqualTo(204);
    assertThat(service.delete("/v1/stores/none?confirm=none", admin).status()).isEqualTo(404);

    assertThat(lines.all())
        .satisfiesExactly(
            line -> assertLine(line, "store-dropped", "root", "127.0.0.1", "app", "null", "done"),
            line -> assertLine(
                line, "store-dropped", "root", "127.0.0.1", "none", "null", "not-found"));
  }

  @Test
  void writesAndReads_areNoLines() {
    service.put(KEY, "1", admin);
    service.get(KEY, admin);
    service.delete(KEY, admin);

    assertThat(lines.all()).isEmpty();
  }

  @Test
  void refusedRequest_isALine_withoutKeyAndSecret() {
    String reader = tokens.add("reader", Role.READ, Limits.NONE);
    assertThat(service.put(KEY, "\"hunter2\"", reader).status()).isEqualTo(403);
    assertThat(service.get(KEY + "?prefix=x", "Authorization: Bearer kvs_wrong").status())
        .isEqualTo(401);

    String route = "/v1/stores/{store}/keys/{key}";
    assertThat(lines.all())
        .satisfiesExactly(
            line -> assertLine(
                line, "request-refused", "reader", "127.0.0.1", "app", "PUT " + route, "forbidden"),
            line -> assertLine(
                line,
                "request-refused",
                "null",
                "127.0.0.1",
                "null",
                "GET " + route,
                "unauthenticated"));
    assertThat(lines.text()).doesNotContain("kvs_", "secret-key", "hunter2");
  }

  @Test
  void manyRefusedRequests_areFewLines() {
    for (int i = 0; i < 20; i++) {
      assertThat(service.get(KEY).status()).isEqualTo(401);
    }
    assertThat(lines.all()).hasSize(1);
    service.server().close();

    assertThat(lines.all()).hasSize(2);
    assertThat(lines.all().get(1).path("count").asInt()).isEqualTo(19);
  }

  @Test
  void refusals_ofOneCaller_areALineAndASumEachMinute() {
    RefusalLog refusals = new RefusalLog(time::get);
    for (int i = 0; i < 100; i++) {
      refusals.add(null, "10.0.0.1", "app", "GET /", "unauthenticated");
    }
    refusals.flushIfDue();
    assertThat(lines.all()).hasSize(1);
    time.addAndGet(Duration.ofMinutes(1).toNanos());
    refusals.flushIfDue();

    assertThat(lines.all()).hasSize(2);
    assertLine(
        lines.all().get(1),
        "request-refused",
        "null",
        "10.0.0.1",
        "null",
        "null",
        "unauthenticated");
    assertThat(lines.all().get(1).path("count").asInt()).isEqualTo(99);
    refusals.add(null, "10.0.0.1", "app", "GET /", "unauthenticated");
    assertThat(lines.all()).hasSize(3);
  }

  @Test
  void refusals_ofManyCallers_areSummedUp() {
    RefusalLog refusals = new RefusalLog(time::get);
    for (int i = 0; i < 10_000; i++) {
      refusals.add(null, "10.0.0." + i, "app", "GET /", "unauthenticated");
      refusals.add("token" + i, "10.0.1.1", "app", "GET /", "forbidden");
    }
    refusals.close();

    assertThat(lines.all()).hasSizeLessThanOrEqualTo(2 * RefusalLog.MAX_CALLERS + 2);
    assertThat(
            lines.all().stream().mapToInt(line -> line.path("count").asInt(1)).sum())
        .isEqualTo(20_000);
  }
}
