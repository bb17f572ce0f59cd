package dev.kvstore.http.api.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.TestService;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.http.command.Backend;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the access of readers of event streams. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventAccessTest {
  private static final String EVENTS = "/v1/stores/app/events";
  private static final String KEYS = "/v1/stores/app/keys/";

  private final TestTokens tokens = new TestTokens();
  private final String admin = tokens.add("admin", Role.ADMIN, Limits.NONE);
  private final String some =
      tokens.add("some", Role.READ, new Limits(List.of("app"), List.of("ui.")));
  private TestService service;

  @BeforeEach
  void start(@TempDir Path folder) {
    service = TestService.start(
        Backend.cached("sqlite", SqliteEntryDatabase.open(folder.resolve("test.db"))),
        new AccessControl(tokens.authenticator(), null, false));
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private EventReader ready(String query, String token) {
    EventReader reader = EventReader.open(service, EVENTS + query, token);
    assertThat(reader.next().type()).isEqualTo("ready");
    return reader;
  }

  @Test
  void keysThatTheTokenIsNotGoodFor_areLeftOut() {
    try (EventReader all = ready("", some);
        EventReader prefix = ready("?prefix=u", some)) {
      for (String key : List.of("secret", "ui.a", "u", "ui.b")) {
        assertThat(service.put(KEYS + key, "1", admin).status()).isEqualTo(201);
      }

      assertThat(all.next(2)).containsExactly("ui.a=v1", "ui.b=v1");
      assertThat(prefix.next(2)).containsExactly("ui.a=v1", "ui.b=v1");
    }
  }

  @Test
  void keyThatTheTokenIsNotGoodFor_isForbidden() {
    assertThat(service.get(EVENTS + "?key=ui.a&key=secret", some).code()).isEqualTo("forbidden");
    assertThat(service.get("/v1/stores/other/events", some).code()).isEqualTo("forbidden");
  }

  @Test
  void revokedToken_endsTheStream_alsoAnIdleOne() {
    try (EventReader reader = ready("", some);
        EventReader other = ready("", admin)) {
      tokens.revoke("some");

      assertThat(reader.endsComplete()).isTrue();
      assertThat(EventReader.open(service, EVENTS, some).status()).isEqualTo(401);
      service.put(KEYS + "ui.a", "1", admin);
      assertThat(other.next().toString()).isEqualTo("ui.a=v1");
    }
  }

  @Test
  void revokedToken_isToldOfNoFurtherChange() {
    try (EventReader reader = ready("", some)) {
      tokens.revoke("some");
      service.put(KEYS + "ui.a", "1", admin);

      assertThat(reader.rest()).doesNotContain("ui.a");
    }
  }
}
