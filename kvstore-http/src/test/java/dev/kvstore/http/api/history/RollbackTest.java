package dev.kvstore.http.api.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvstore.http.AuditLines;
import dev.kvstore.http.Reply;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RollbackTest extends RecordedService {
  private static String at(Object instant) {
    return "{\"at\":\"" + instant + "\"}";
  }

  @Test
  void key_getsAnEarlierValueAgain_asANewVersion() {
    String etag = set("ui.a", "{\"x\":1}").etag();
    Instant then = step();
    set("ui.a", "2");
    step();
    for (String body : List.of("{\"version\":1}", "{\"etag\":\"" + etag + "\"}", at(then))) {
      set("ui.a", "3");
      Reply reply = post("/rollbacks/ui.a", body, "KV-Comment: oops");
      assertThat(reply.status()).as(body).isEqualTo(200);
      assertThat(reply.json().path("value").toString()).isEqualTo("{\"x\":1}");
      assertThat(reply.header("ETag")).contains(reply.json().path("etag").asText());
      assertThat(value("ui.a")).isEqualTo("{\"x\":1}");
    }
    JsonNode revision = get("/history/ui.a").json().at("/items/0");
    assertThat(revision.path("operation").asText()).isEqualTo("rollback");
    assertThat(revision.path("comment").asText()).isEqualTo("oops");
    assertThat(revision.path("from").toString())
        .isEqualTo("{\"key\":\"ui.a\",\"version\":1,\"etag\":\"" + etag + "\"}");
  }

  @Test
  void deletedKey_comesBack() {
    set("ui.a", "1");
    service.delete(store + "/keys/ui.a", alice);
    assertThat(post("/rollbacks/ui.a", "{\"version\":1}").json().path("version").asInt())
        .isEqualTo(1);
    assertThat(value("ui.a")).isEqualTo("1");
  }

  @Test
  void condition_mustHold() {
    String etag = set("ui.a", "1").etag();
    String present = set("ui.a", "2").etag();
    Reply refused = post("/rollbacks/ui.a", "{\"version\":1}", "If-Match: \"" + etag + '"');
    assertThat(refused.status()).isEqualTo(412);
    assertThat(refused.json().path("etag").asText()).isEqualTo(present);
    assertThat(post("/rollbacks/ui.a", "{\"version\":1}", "If-Match: \"" + present + '"')
            .status())
        .isEqualTo(200);
  }

  @Test
  void repeated_isDoneOnce() {
    String etag = "KV-Etag: 6740f1c2a94d3e0b8c5a7712";
    set("ui.a", "1");
    set("ui.a", "2");
    Reply first = post("/rollbacks/ui.a", "{\"version\":1}", etag);
    set("ui.a", "3");
    Reply second = post("/rollbacks/ui.a", "{\"version\":1}", etag);
    assertThat(first.json().path("etag").asText()).isEqualTo("6740f1c2a94d3e0b8c5a7712");
    assertThat(second.header("KV-Replayed")).isEqualTo("true");
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(post("/rollbacks/ui.a", "{\"version\":2}", etag).code()).isEqualTo("repeated-write");
    assertThat(value("ui.a")).isEqualTo("3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|invalid-value",
        "{\"version\":\"1\"}|invalid-value",
        "{\"version\":1.5}|invalid-value",
        "{\"version\":1,\"etag\":\"x\"}|invalid-value",
        "{\"etag\":1}|invalid-value",
        "{\"at\":1}|invalid-value",
        "{\"versions\":1}|invalid-value",
        "[]|invalid-value",
        "{|invalid-json",
        "{\"version\":7}|version-not-found",
        "{\"version\":-9223372036854775808}|version-not-found",
        "{\"etag\":\"\"}|version-not-found",
        "{\"at\":\"2026-11-21T12:00:00.121Z\"}|version-not-found",
        "{\"at\":\"2026-11-21T12:00:00\"}|invalid-parameter",
        "{\"at\":\"9999-11-21T12:00:00Z\"}|invalid-parameter",
        "{\"at\":\"none\"}|label-not-found"
      })
  void malformedOrAbsent_isRefused(String body, String code) {
    set("ui.a", "1");
    Reply reply = post("/rollbacks/ui.a", body);
    assertThat(reply.code()).isEqualTo(code);
    assertThat(get("/history/ui.a").json().path("items")).hasSize(1);
  }

  @Test
  void prefix_isWhatItWas() {
    set("ui.a", "1");
    set("ui.b", "1");
    set("ui.c", "1");
    Instant then = step();
    set("ui.a", "2");
    service.delete(store + "/keys/ui.b", alice);
    set("ui.new", "1");
    set("uix", "2");
    step();

    Reply dry = post("/rollbacks?prefix=ui.&dryRun=true", at(then));
    String fingerprint = dry.json().path("fingerprint").asText();
    assertThat(dry.text())
        .isEqualTo("{\"created\":1,\"changed\":1,\"unchanged\":1,\"deleted\":1,\"failed\":0,"
            + "\"dryRun\":true,\"items\":[{\"key\":\"ui.a\",\"change\":\"changed\",\"from\":\"2\","
            + "\"to\":\"1\"},{\"key\":\"ui.b\",\"change\":\"created\",\"to\":\"1\"},"
            + "{\"key\":\"ui.new\",\"change\":\"deleted\",\"from\":\"1\"}],\"fingerprint\":\""
            + fingerprint + "\"}");
    assertThat(value("ui.a")).isEqualTo("2");

    set("ui.new", "2");
    Reply refused = post("/rollbacks?prefix=ui.", at(then), "If-Match: \"" + fingerprint + '"');
    assertThat(refused.status()).isEqualTo(412);
    String now = "If-Match: \"" + refused.json().path("etag").asText() + '"';
    JsonNode report =
        post("/rollbacks?prefix=ui.", at(then), now, "KV-Comment: back").json();
    assertThat(report.path("changed").asInt()).isEqualTo(1);
    assertThat(report.has("fingerprint")).isFalse();
    assertThat(get("/values").text()).isEqualTo("{\"ui.a\":1,\"ui.b\":1,\"ui.c\":1,\"uix\":2}");
    assertThat(get("/history/ui.new").json().at("/items/0").toString())
        .contains("\"operation\":\"rollback\"", "\"by\":\"alice\"", "\"comment\":\"back\"");
  }

  @Test
  void prefix_repeatedIsDoneOnce_unlessItIsADryRun() {
    String etag = "KV-Etag: 6740f1c2a94d3e0b8c5a7713";
    Instant before = step();
    set("ui.a", "1");
    step();
    post("/rollbacks?prefix=ui.&dryRun=true", at(before), etag);
    Reply first = post("/rollbacks?prefix=ui.", at(before), etag);
    assertThat(first.json().path("deleted").asInt()).isEqualTo(1);
    set("ui.a", "1");
    Reply second = post("/rollbacks?prefix=ui.", at(before), etag);
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(second.header("KV-Replayed")).isEqualTo("true");
    assertThat(value("ui.a")).isEqualTo("1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "?prefix=ui.|{}|invalid-value",
        "?prefix=ui.|{\"at\":1}|invalid-value",
        "?prefix=ui.|{\"version\":1}|invalid-value",
        "?prefix=ui.|{\"at\":\"none\"}|label-not-found",
        "?prefix=ui.|{\"at\":\"9999-11-21T12:00:00Z\"}|invalid-parameter",
        "?prefix=%00|{\"at\":\"2026-11-21T12:00:00Z\"}|invalid-parameter",
        "?prefix=ui.&dryRun=1|{\"at\":\"2026-11-21T12:00:00Z\"}|invalid-parameter",
        "?prefix=ui.&atomic=true|{\"at\":\"2026-11-21T12:00:00Z\"}|invalid-parameter",
        "|{\"at\":\"2026-11-21T12:00:00Z\"}|invalid-parameter"
      })
  void malformedPrefix_isRefused(String query, String body, String code) {
    set("ui.a", "1");
    step();
    assertThat(post("/rollbacks" + (query == null ? "" : query), body).code()).isEqualTo(code);
    assertThat(value("ui.a")).isEqualTo("1");
  }

  @ParameterizedTest
  @CsvSource({"If-Match: *", "If-None-Match: *"})
  void prefix_hasNoOtherCondition(String header) {
    assertThat(post("/rollbacks?prefix=ui.", at("2026-11-21T12:00:00Z"), header).status())
        .isEqualTo(400);
  }

  @Test
  void limitedToken_rollsBackItsOwnAlone() {
    Instant before = step();
    set("ui.a", "1");
    set("secret", "1");
    step();
    for (String query : new String[] {"", "u", "ui", "secret"}) {
      assertThat(service
              .post(store + "/rollbacks?prefix=" + query, at(before), limited)
              .status())
          .as(query)
          .isEqualTo(403);
    }
    assertThat(service
            .post(store + "/rollbacks/secret", "{\"version\":1}", limited)
            .status())
        .isEqualTo(403);
    assertThat(service.post(store + "/rollbacks?prefix=ui.", at(before), reader).status())
        .isEqualTo(403);
    assertThat(get("/values").text()).isEqualTo("{\"secret\":1,\"ui.a\":1}");
    assertThat(
            service.post(store + "/rollbacks?prefix=ui.", at(before), limited).status())
        .isEqualTo(200);
    String writer = tokens.add("writer", Role.WRITE, Limits.NONE);
    assertThat(service.post(store + "/rollbacks?prefix=", at(before), writer).status())
        .isEqualTo(200);
    assertThat(get("/values").text()).isEqualTo("{}");
  }

  @Test
  void rollbacksAndPurge_areAudited() {
    try (AuditLines audit = AuditLines.listen()) {
      Instant before = step();
      set("ui.a", "1");
      post("/rollbacks/ui.a", "{\"version\":1}");
      post("/rollbacks/ui.a", "{\"version\":9}");
      post("/rollbacks?prefix=ui.&dryRun=true", at(before));
      post("/rollbacks?prefix=ui.", at(before));
      service.delete(store + "?purge=true&confirm=" + name, alice);
      assertThat(audit.all().stream()
              .filter(line -> line.path("store").asText().equals(name))
              .filter(line -> line.path("by").asText().equals("alice"))
              .map(line ->
                  line.path("event").asText() + " " + line.path("outcome").asText()))
          .containsExactly(
              "rolled-back done",
              "rolled-back failed",
              "rolled-back done",
              "store-dropped done",
              "history-purged done");
      assertThat(audit.text()).doesNotContain("ui.a");
    }
  }
}
