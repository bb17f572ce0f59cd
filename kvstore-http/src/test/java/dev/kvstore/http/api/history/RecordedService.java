package dev.kvstore.http.api.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.HistorySettings;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.testing.ManualClock;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service with history and tokens, whose clock stands still between steps. Each test has its own
 * store.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class RecordedService {
  final ManualClock clock = new ManualClock();
  final TestTokens tokens = new TestTokens();
  final String alice = tokens.add("alice", Role.ADMIN, Limits.NONE);

  /** A token limited to keys that begin with {@code ui.}. */
  final String limited = tokens.add("limited", Role.WRITE, new Limits(List.of(), List.of("ui.")));

  final String reader = tokens.add("reader", Role.READ, Limits.NONE);

  @SuppressWarnings("NullAway.Init")
  TestService service;

  /** The name of the test's store, and its path. */
  String name = "";

  String store = "";
  private int tests;

  @BeforeAll
  void start(@TempDir Path folder) {
    service = TestService.start(
        SqliteEntryDatabase.open(
            folder.resolve("test.db"),
            SqliteConfig.DEFAULT.clock(databaseClock()).history(HistorySettings.DEFAULT)),
        settings(),
        new AccessControl(tokens.authenticator(), null, false));
  }

  /** Returns the database's clock, with which the service sets labels. */
  Clock databaseClock() {
    return clock;
  }

  ServerSettings settings() {
    return ServerSettings.DEFAULT;
  }

  @BeforeEach
  void chooseStore() {
    name = "t" + tests++;
    store = "/v1/stores/" + name;
  }

  @AfterAll
  void stop() {
    service.close();
  }

  /**
   * Advances the clock and returns an instant after all earlier writes and before all later ones.
   */
  Instant step() {
    clock.advance(Duration.ofSeconds(1));
    Instant between = clock.instant();
    clock.advance(Duration.ofSeconds(1));
    return between;
  }

  Reply set(String key, String value, String... headers) {
    Reply reply = service.put(store + "/keys/" + key, value, signed(alice, headers));
    assertThat(reply.status()).isIn(200, 201);
    return reply;
  }

  Reply get(String path, String... headers) {
    return service.get(store + path, signed(alice, headers));
  }

  Reply post(String path, String body, String... headers) {
    return service.post(store + path, body, signed(alice, headers));
  }

  @Nullable
  String value(String key) {
    Reply reply = get("/keys/" + key);
    return reply.status() == 404 ? null : reply.text();
  }

  static String[] signed(String header, String... headers) {
    String[] all = Arrays.copyOf(headers, headers.length + 1);
    all[headers.length] = header;
    return all;
  }
}
