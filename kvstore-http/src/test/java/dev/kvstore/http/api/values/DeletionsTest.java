package dev.kvstore.http.api.values;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.spi.ValueLimits;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeletionsTest {
  private static final String DELETIONS = "/v1/stores/app/deletions";
  private static final String UI = "{\"prefix\":\"ui.\"}";

  @TempDir
  private Path folder;

  private final TestTokens tokens = new TestTokens();
  private final String admin = tokens.add("admin", Role.ADMIN, Limits.NONE);
  private TestService service;

  @BeforeEach
  void start() {
    service = TestService.start(
        SqliteEntryDatabase.open(folder.resolve("test.db")),
        with(ServerSettings.DEFAULT, "limits", new ValueLimits(64, 2)),
        new AccessControl(tokens.authenticator(), null, false));
    service.put("/v1/stores/app/values", "{\"ui.a\":1,\"ui.b\":2,\"uix\":3}", admin);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private Reply delete(String query, String body, String... headers) {
    String[] all = Arrays.copyOf(headers, headers.length + 1);
    all[headers.length] = admin;
    return service.post(DELETIONS + query, body, all);
  }

  private String keys() {
    return service
        .get("/v1/stores/app/keys?view=keys", admin)
        .json()
        .path("items")
        .toString();
  }

  private String etag(String key) {
    return service
        .get("/v1/stores/app/keys/" + key + "?view=entry", admin)
        .json()
        .path("etag")
        .asText();
  }

  @Test
  void prefix_isDeleted() {
    JsonNode report = delete("", UI).json();
    assertThat(report.path("fingerprint").asText()).isNotEmpty();
    assertThat(report.toString())
        .startsWith("{\"matched\":2,\"deleted\":2,\"keys\":[\"ui.a\",\"ui.b\"],\"changed\":[],");
    assertThat(keys()).isEqualTo("[\"uix\"]");
  }

  @Test
  void dryRun_deletesNothing_andItsFingerprintDeletesJustThat() {
    JsonNode preview = delete("?dryRun=true", UI).json();
    String ifMatch = "If-Match: \"" + preview.path("fingerprint").asText() + '"';
    assertThat(preview.path("dryRun").asBoolean()).isTrue();
    assertThat(preview.path("matched").asInt()).isEqualTo(2);
    assertThat(preview.path("deleted").asInt()).isZero();
    assertThat(keys()).isEqualTo("[\"ui.a\",\"ui.b\",\"uix\"]");

    service.put("/v1/stores/app/keys/ui.b", "3", admin);
    Reply refused = delete("", UI, ifMatch);
    assertThat(refused.status()).isEqualTo(412);
    assertThat(refused.json().path("code").asText()).isEqualTo("precondition-failed");
    assertThat(refused.json().has("key")).isFalse();
    assertThat(keys()).isEqualTo("[\"ui.a\",\"ui.b\",\"uix\"]");

    String now = "If-Match: \"" + refused.json().path("etag").asText() + '"';
    assertThat(delete("", UI, now).json().path("deleted").asInt()).isEqualTo(2);
  }

  @Test
  void entries_areDeletedUnderTheirEtags_andOthersListed() {
    String body =
        "{\"entries\":[{\"key\":\"ui.a\",\"etag\":\"%s\"},{\"key\":\"ui.b\",\"etag\":\"x\"},"
            + "{\"key\":\"uix\"},{\"key\":\"none\"}]}";
    assertThat(delete("?dryRun=true", body.formatted(etag("ui.a")))
            .json()
            .path("matched")
            .asInt())
        .isEqualTo(2);
    assertThat(delete("?atomic=true", body.formatted(etag("ui.a"))).status()).isEqualTo(412);
    assertThat(delete("", body.formatted(etag("ui.a"))).text())
        .isEqualTo("{\"matched\":2,\"deleted\":2,\"keys\":[\"ui.a\",\"uix\"],"
            + "\"changed\":[\"ui.b\",\"none\"]}");
    assertThat(keys()).isEqualTo("[\"ui.b\"]");
  }

  @Test
  void manyEntries_areNotBoundByTheLimitsOfValues() {
    String entries = IntStream.range(0, 10_000)
        .mapToObj("{\"key\":\"none%d\"}"::formatted)
        .collect(Collectors.joining(","));
    assertThat(delete("", "{\"entries\":[" + entries + "]}").status()).isEqualTo(200);
    Reply tooMany = delete("", "{\"entries\":[" + entries + ",{\"key\":\"uix\"}]}");
    assertThat(tooMany.status()).isEqualTo(413);
    assertThat(keys()).contains("uix");
  }

  @Test
  void repeated_isDoneOnce_unlessItIsADryRun() {
    String etag = "KV-Etag: 6740f1c2a94d3e0b8c5a7712";
    assertThat(delete("?dryRun=true", UI, etag).json().path("deleted").asInt()).isZero();
    Reply first = delete("", UI, etag);
    service.put("/v1/stores/app/keys/ui.a", "1", admin);
    Reply second = delete("", UI, etag);
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(second.header("KV-Replayed")).isEqualTo("true");
    assertThat(keys()).isEqualTo("[\"ui.a\",\"uix\"]");
  }

  @Test
  void token_deletesWithinItsLimitsOnly() {
    String limited = tokens.add("limited", Role.WRITE, new Limits(List.of(), List.of("ui.")));
    String writer = tokens.add("writer", Role.WRITE, Limits.NONE);
    for (String body : new String[] {
      "{\"prefix\":\"ui\"}", "{\"prefix\":\"\"}", "{\"entries\":[{\"key\":\"uix\"}]}"
    }) {
      assertThat(service.post(DELETIONS, body, limited).status()).as(body).isEqualTo(403);
    }
    assertThat(service.post(DELETIONS, "{\"prefix\":\"\"}", writer).status()).isEqualTo(403);
    assertThat(keys()).isEqualTo("[\"ui.a\",\"ui.b\",\"uix\"]");
    assertThat(service.post(DELETIONS, UI, limited).status()).isEqualTo(200);
    assertThat(delete("", "{\"prefix\":\"\"}").json().path("deleted").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|invalid-value",
        "{\"prefix\":1}|invalid-value",
        "{\"prefix\":\"ui.\",\"entries\":[]}|invalid-value",
        "{\"entries\":[1]}|invalid-value",
        "{\"entries\":[{\"etag\":\"x\"}]}|invalid-value",
        "{\"entries\":[{\"key\":\"uix\",\"tag\":\"x\"}]}|invalid-value",
        "{\"entries\":[{\"key\":\"uix\"},{\"key\":\"uix\"}]}|invalid-value",
        "{\"entries\":[{\"key\":\"a//b\"}]}|invalid-key"
      })
  void malformed_isRefused(String body, String code) {
    Reply reply = delete("", body);
    assertThat(reply.json().path("code").asText()).isEqualTo(code);
    assertThat(keys()).contains("uix");
  }

  @ParameterizedTest
  @CsvSource({"If-Match: *", "If-None-Match: *", "If-Modified-Since: x"})
  void otherConditions_areRefused(String header) {
    assertThat(delete("", UI, header).status()).isEqualTo(400);
    assertThat(keys()).contains("ui.a");
  }
}
