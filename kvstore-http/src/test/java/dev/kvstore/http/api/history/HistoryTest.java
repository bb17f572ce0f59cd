package dev.kvstore.http.api.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvstore.http.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistoryTest extends RecordedService {
  private static List<String> told(Reply reply) {
    List<String> told = new ArrayList<>();
    for (JsonNode revision : reply.json().path("items")) {
      told.add(revision.path("key").asText() + " " + revision.path("operation").asText());
    }
    return told;
  }

  @Test
  void key_hasItsRevisions_theNewestFirst() {
    String etag = set("ui.a", "1", "KV-Comment: first%20one").etag();
    Instant at = clock.instant();
    step();
    service.delete(store + "/keys/ui.a", alice);
    Reply reply = get("/history/ui.a?values=true");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text())
        .isEqualTo("{\"items\":[{\"key\":\"ui.a\",\"operation\":\"delete\",\"version\":null,"
            + "\"etag\":null,\"at\":\"" + clock.instant() + "\",\"by\":\"alice\",\"comment\":null,"
            + "\"expiresAt\":null,\"value\":null},{\"key\":\"ui.a\",\"operation\":\"set\","
            + "\"version\":1,\"etag\":\"" + etag + "\",\"at\":\"" + at + "\",\"by\":\"alice\","
            + "\"comment\":\"first one\",\"expiresAt\":null,\"value\":1}]}");
    assertThat(get("/history/ui.a").text()).doesNotContain("\"value\"");
    assertThat(get("/history/none").text()).isEqualTo("{\"items\":[]}");
  }

  @Test
  void everyWrite_recordsItsOperationAndComment() {
    String[] why = {alice, "KV-Comment: %C3%BCber%0Awhy"};
    service.put(store + "/values", "{\"a\":1,\"b\":{}}", why);
    service.put(store + "/defaults/c", "1", why);
    service.post(store + "/counters/a", "{}", why);
    service.send(
        "PATCH",
        store + "/keys/b",
        "{}".getBytes(UTF_8),
        alice,
        why[1],
        "Content-Type: application/merge-patch+json");
    service.post(store + "/deletions", "{\"prefix\":\"c\"}", why);
    service.delete(store + "?confirm=" + name, why);
    Reply reply = get("/history");
    assertThat(told(reply))
        .containsExactly(
            "b drop",
            "a drop",
            "c delete",
            "b patch",
            "a increment",
            "c default",
            "b set",
            "a set");
    for (JsonNode revision : reply.json().path("items")) {
      assertThat(revision.path("comment").asText()).isEqualTo("über\nwhy");
      assertThat(revision.path("by").asText()).isEqualTo("alice");
    }
  }

  @Test
  void comment_tooLongOrMalformed_isRefused() {
    for (String comment : new String[] {"x".repeat(501), "%zz", "%00"}) {
      Reply reply = service.put(store + "/keys/a", "1", alice, "KV-Comment: " + comment);
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.code()).isEqualTo("invalid-parameter");
    }
    assertThat(value("a")).isNull();
    set("a", "1", "KV-Comment: " + "%F0%9F%98%80".repeat(250));
  }

  @Test
  void oneRevision_isFoundByVersionOrEtag() {
    String first = set("ui.a", "1").etag();
    service.delete(store + "/keys/ui.a", alice);
    String second = set("ui.a", "2").etag();
    assertThat(get("/history/ui.a?version=1&values=true").json().path("value").asInt())
        .isEqualTo(2);
    assertThat(get("/history/ui.a?version=1").json().path("etag").asText()).isEqualTo(second);
    assertThat(
            get("/history/ui.a?values=true&etag=" + first).json().path("value").asInt())
        .isEqualTo(1);
    for (String query : new String[] {"version=2", "version=-1", "etag=x", "etag="}) {
      Reply none = get("/history/ui.a?" + query);
      assertThat(none.status()).as(query).isEqualTo(404);
      assertThat(none.code()).isEqualTo("version-not-found");
    }
  }

  @Test
  void pages_goOnWhereTheyEnded() {
    for (int i = 0; i < 5; i++) {
      set("a%20b/%C3%A9", "" + i);
      set("other", "" + i);
    }
    List<String> values = new ArrayList<>();
    String path = store + "/history/a%20b/%C3%A9?values=true&limit=2";
    while (path != null) {
      Reply reply = service.get(path, alice);
      reply.json().path("items").forEach(item -> values.add(item.path("value").asText()));
      String link = reply.header("Link");
      assertThat(reply.json().has("next")).isEqualTo(link != null);
      path = link == null ? null : link.substring(1, link.indexOf('>'));
    }
    assertThat(values).containsExactly("4", "3", "2", "1", "0");
  }

  @Test
  void all_areSelected() {
    set("ui.a", "1");
    Instant between = step();
    service.put(store + "/keys/ui.b", "1", limited);
    service.delete(store + "/keys/ui.b", limited);
    set("uix", "1");
    assertThat(told(get("/history")))
        .containsExactly("uix set", "ui.b delete", "ui.b set", "ui.a set");
    assertThat(told(get("/history?prefix=ui."))).hasSize(3);
    assertThat(told(get("/history?by=limited"))).containsExactly("ui.b delete", "ui.b set");
    assertThat(told(get("/history?operation=delete"))).containsExactly("ui.b delete");
    assertThat(told(get("/history?since=" + between))).hasSize(3);
    assertThat(told(get("/history?until=" + between))).containsExactly("ui.a set");
    assertThat(get("/history?limit=1&prefix=ui.").header("Link"))
        .startsWith("<" + store + "/history?limit=1&prefix=ui.&after=");
  }

  @Test
  void expiry_hasNoAuthor() {
    service.put(store + "/keys/ui.a?ttl=1s", "1", alice);
    Instant expiry = clock.instant().plusSeconds(1);
    assertThat(get("/history/ui.a").json().at("/items/0/expiresAt").asText())
        .isEqualTo(expiry.toString());
    clock.advance(Duration.ofSeconds(5));
    set("ui.a", "2");
    JsonNode expired = get("/history/ui.a").json().at("/items/1");
    assertThat(expired.path("operation").asText()).isEqualTo("expire");
    assertThat(expired.path("by").isNull()).isTrue();
    assertThat(expired.path("at").asText()).isEqualTo(expiry.toString());
  }

  @Test
  void limitedToken_seesItsOwnAlone() {
    set("ui.a", "1");
    set("ui", "2");
    set("secret", "3");
    assertThat(told(service.get(store + "/history", limited))).containsExactly("ui.a set");
    assertThat(told(service.get(store + "/history?prefix=u", limited))).containsExactly("ui.a set");
    assertThat(service.get(store + "/history?prefix=secret", limited).text())
        .isEqualTo("{\"items\":[]}");
    assertThat(service.get(store + "/history/ui.a", limited).status()).isEqualTo(200);
    assertThat(service.get(store + "/history/secret", limited).status()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "/history?limit=0",
    "/history?limit=1001",
    "/history?limit=x",
    "/history?after=garbage",
    "/history?after=-1",
    "/history?since=yesterday",
    "/history?until=2026-13-01T00:00:00Z",
    "/history?since=-1000000000-01-01T00:00:00Z",
    "/history?until=%2B10000-01-01T00:00:00Z",
    "/history?operation=SET",
    "/history?operation=",
    "/history?by=%00",
    "/history?prefix=%0A",
    "/history?unknown=1",
    "/history?limit=1&limit=2",
    "/history/a?version=x",
    "/history/a?version=99999999999999999999",
    "/history/a?version=1&etag=x",
    "/history/a?version=1&after=1",
    "/history/a?after=99999999999999999999",
    "/history/a?version=1&by=x",
    "/history/a?etag=x&since=2026-01-01T00:00:00Z",
    "/history/a?prefix=a"
  })
  void malformed_isRefused(String path) {
    set("a", "1");
    Reply reply = get(path);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("invalid-parameter");
  }

  @Test
  void purge_removesTheHistoryToo() {
    set("a", "1");
    service.delete(store + "?confirm=" + name, alice);
    assertThat(told(get("/history"))).containsExactly("a drop", "a set");
    assertThat(service.delete(store + "?purge=true&confirm=" + name, alice).status())
        .isEqualTo(204);
    assertThat(told(get("/history"))).isEmpty();
    assertThat(service.delete(store + "?purge=true&confirm=" + name, alice).status())
        .isEqualTo(404);
  }
}
