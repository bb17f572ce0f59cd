package dev.kvstore.http.api.stores;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.http.HookedDatabase;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropTest {
  private static final String STORE = "/v1/stores/app";
  private static final String KEY = STORE + "/keys/k";

  @TempDir
  private Path folder;

  private HookedDatabase database;
  private TestService service;

  @BeforeEach
  void start() {
    database = new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    service = TestService.start(database, ServerSettings.DEFAULT);
    service.put(KEY, "1");
    service.put("/v1/stores/other/keys/k", "1");
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void confirmed_leavesNothing() {
    Reply reply = service.delete(STORE + "?confirm=app");

    assertThat(reply.status()).isEqualTo(204);
    assertThat(reply.header("Content-Type")).isNull();
    assertThat(service.get(KEY).code()).isEqualTo("key-not-found");
    assertThat(service.get("/v1/stores").text())
        .isEqualTo("{\"items\":[{\"name\":\"other\",\"entries\":1}]}");
    assertThat(service.put(KEY, "2").header("KV-Version")).isEqualTo("1");
  }

  @Test
  void absent_isNotFound() {
    service.delete(STORE + "?confirm=app");
    Reply reply = service.delete(STORE + "?confirm=app");

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.code()).isEqualTo("no-such-resource");
    assertThat(reply.json().path("detail").asText()).contains("app");
  }

  @Test
  void unconfirmed_isRefused() {
    Reply reply = service.delete(STORE);

    assertThat(reply.status()).isEqualTo(428);
    assertThat(reply.code()).isEqualTo("precondition-required");
    assertThat(service.get(KEY).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?confirm=",
        "?confirm=App",
        "?confirm=true",
        "?confirm=app&confirm=app",
        "?confirm=app&force=true"
      })
  void wronglyConfirmed_isRefused(String query) {
    Reply reply = service.delete(STORE + query);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("invalid-parameter");
    assertThat(service.get(KEY).status()).isEqualTo(200);
  }

  @Test
  void condition_isRefused() {
    assertThat(service.delete(STORE + "?confirm=app", "If-Match: *").code())
        .isEqualTo("invalid-parameter");
    assertThat(service.get(KEY).status()).isEqualTo(200);
  }

  @Test
  void outcomeUnknown_isTold() {
    database.fail(new OutcomeUnknownException("The reply was lost", null));
    Reply reply = service.delete(STORE + "?confirm=app");

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.json().path("outcome").asText()).isEqualTo("unknown");
  }
}
