package dev.kvstore.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that a layer sees each write over HTTP as one mutation. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MutationsTest {
  private static final Set<String> READS = Set.of("peek", "find", "scan", "count", "ping");

  private HookedDatabase database;
  private TestService service;

  @BeforeAll
  void start(@TempDir Path folder) {
    database = new HookedDatabase(SqliteEntryDatabase.open(folder.resolve("test.db")));
    service = TestService.start(database, ServerSettings.DEFAULT);
    service.put("/v1/stores/app/keys/document", "{}");
    service.put("/v1/stores/app/keys/old", "1");
    service.put("/v1/stores/app/keys/ui.theme", "1");
  }

  @AfterAll
  void stop() {
    service.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PUT    | keys/k        | 1                | Put",
        "PATCH  | keys/document | {\"a\":1}        | Put",
        "DELETE | keys/old      |                  | Delete",
        "PUT    | defaults/new  | 1                | PutIfAbsent",
        "POST   | counters/n    | {\"by\":2}       | Add",
        "POST   | copies        | {\"keys\":[\"ui.theme\"],\"toStore\":\"other\"} | All",
        "POST   | deletions     | {\"prefix\":\"ui.\"} | DeleteMany",
        "PUT    | values        | {\"a\":1,\"b\":2} | Batch"
      })
  void write_isOneMutation(String method, String path, String body, String kind) {
    List<String> calls = new CopyOnWriteArrayList<>();
    database.before(calls::add);
    byte[] content = body == null ? null : body.getBytes(StandardCharsets.UTF_8);
    Reply reply = service.send(
        method,
        "/v1/stores/app/" + path,
        content,
        "Content-Type: "
            + (method.equals("PATCH") ? "application/merge-patch+json" : "application/json"));

    assertThat(reply.status()).as(reply.text()).isBetween(200, 204);
    calls.removeAll(READS);
    assertThat(calls).containsExactly(kind);
  }
}
