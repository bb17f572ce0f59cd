package dev.kvstore.http.api.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvstore.http.Reply;
import dev.kvstore.internal.support.Percent;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelTest extends RecordedService {
  @Override
  Clock databaseClock() {
    return Clock.systemUTC();
  }

  /** Returns an instant after all earlier writes and before all later ones. */
  private static Instant between() {
    long now = System.currentTimeMillis();
    while (System.currentTimeMillis() < now + 2) {
      Thread.onSpinWait();
    }
    return Instant.ofEpochMilli(now + 1);
  }

  private Reply put(String label, String body, String... headers) {
    return service.put(store + "/labels/" + label, body, signed(alice, headers));
  }

  @Test
  void label_standsForItsInstant() {
    set("ui.a", "1");
    Instant then = between();
    Reply created = put("before%20release%2041", "", "KV-Comment: why");
    assertThat(created.status()).isEqualTo(201);
    JsonNode label = created.json();
    assertThat(label.path("name").asText()).isEqualTo("before release 41");
    assertThat(Instant.parse(label.path("at").asText())).isAfterOrEqualTo(then);
    assertThat(label.path("by").asText()).isEqualTo("alice");
    assertThat(label.path("comment").asText()).isEqualTo("why");
    assertThat(get("/labels/before%20release%2041").text()).isEqualTo(created.text());
    between();
    set("ui.a", "2");
    set("ui.b", "2");
    assertThat(get("/keys/ui.a?at=before%20release%2041").text()).isEqualTo("1");
    assertThat(get("/values?at=before+release+41").text()).isEqualTo("{\"ui.a\":1}");
    assertThat(post("/rollbacks/ui.a", "{\"at\":\"before release 41\"}").json().path("value"))
        .hasToString("1");
    assertThat(post("/rollbacks?prefix=ui.", "{\"at\":\"before release 41\"}")
            .json()
            .path("deleted")
            .asInt())
        .isEqualTo(1);
  }

  @Test
  void label_hasNoLaterWrites() {
    for (int i = 1; i <= 100; i++) {
      set("k", Integer.toString(i));
      put("l" + i, "");
      set("k", "-1");
      assertThat(get("/keys/k?at=l" + i).text()).isEqualTo(Integer.toString(i));
    }
  }

  @Test
  void limitedToken_addsLabels_andChangesNone() {
    assertThat(service.put(store + "/labels/mine", "", limited).status()).isEqualTo(201);
    put("release", "");
    assertThat(service.put(store + "/labels/release", "", limited).status()).isEqualTo(403);
    assertThat(service.delete(store + "/labels/release", limited).status()).isEqualTo(403);
    assertThat(service.delete(store + "/labels/none", limited).status()).isEqualTo(404);
    assertThat(get("/labels/release").status()).isEqualTo(200);
  }

  @Test
  void label_isReplaced_listedAndDeleted() {
    Instant then = between();
    put("second", "{\"comment\":\"of the body\"}", "KV-Comment: of the header");
    between();
    assertThat(put("first", "{}").status()).isEqualTo(201);
    Reply replaced = put("first", "{\"at\":\"" + then + "\"}");
    assertThat(replaced.status()).isEqualTo(200);
    assertThat(replaced.json().path("at").asText()).isEqualTo(then.toString());
    JsonNode items = get("/labels").json().path("items");
    assertThat(items.findValuesAsText("name")).containsExactly("first", "second");
    assertThat(items.at("/1/comment").asText()).isEqualTo("of the body");
    assertThat(put("third", "{\"at\":\"first\"}").json().path("at").asText())
        .isEqualTo(then.toString());

    assertThat(service.delete(store + "/labels/first", alice).status()).isEqualTo(204);
    for (Reply gone : new Reply[] {
      service.delete(store + "/labels/first", alice), get("/labels/first"), get("/keys?at=first")
    }) {
      assertThat(gone.status()).isEqualTo(404);
      assertThat(gone.code()).isEqualTo("label-not-found");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a/b", "/", "a//b", "..", "v1.0 + ü?#%", "😀", "2026-01-31", "a\"b<c>", "keys"})
  void everyName_survivesTheTrip(String label) {
    set("a", "1");
    between();
    String encoded = Percent.encode("label", label);
    assertThat(put(encoded, "{}").status()).as(label).isEqualTo(201);
    assertThat(get("/labels/" + encoded).json().path("name").asText()).isEqualTo(label);
    assertThat(get("/keys/a?at=" + encoded).text()).isEqualTo("1");
    if (!label.startsWith("/") && !label.equals("..")) {
      String slashes = Percent.encodePath("label", label);
      assertThat(service.delete(store + "/labels/" + slashes, alice).status()).isEqualTo(204);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"%20", "a%20", "2026-01-31T12:00:00Z", "2026-01-31t", "a%7Fb", "a%C2%85b", "%ff"})
  void otherName_isRefused(String label) {
    for (Reply reply : new Reply[] {put(label, "{}"), get("/labels/" + label)}) {
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.code()).isEqualTo("invalid-parameter");
    }
    assertThat(put("%zz", "{}").status()).isEqualTo(400);
    assertThat(put("x".repeat(101), "{}").status()).isEqualTo(400);
    assertThat(put("x".repeat(100), "{}").status()).isEqualTo(201);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|invalid-value",
        "{\"at\":1}|invalid-value",
        "{\"at\":null}|invalid-value",
        "{\"comment\":{}}|invalid-value",
        "{\"name\":\"x\"}|invalid-value",
        "{\"at\":\"none\"}|label-not-found",
        "{\"at\":\"9999-01-01T00:00:00Z\"}|invalid-parameter",
        "{\"at\":\"2026-01-01T00:00:00\"}|invalid-parameter",
        "{\"comment\":\"\\u0000\"}|invalid-parameter"
      })
  void otherBody_isRefused(String body, String code) {
    assertThat(put("label", body).code()).isEqualTo(code);
    assertThat(put("label", "{\"comment\":\"" + "x".repeat(501) + "\"}").status())
        .isEqualTo(400);
    assertThat(get("/labels").text()).isEqualTo("{\"items\":[]}");
  }

  @Test
  void pages_goOnWhereTheyEnded_whateverIsDeleted() {
    Instant then = between();
    for (String label : new String[] {"c", "a b", "b"}) {
      put(Percent.encode("label", label), "{\"at\":\"" + then + "\"}");
    }
    put("last", "{}");
    Reply first = get("/labels?limit=1");
    assertThat(first.json().findValuesAsText("name")).containsExactly("a b");
    service.delete(store + "/labels/a%20b", alice);
    String link = String.valueOf(first.header("Link"));
    Reply second = service.get(link.substring(1, link.indexOf('>')), alice);
    assertThat(second.json().findValuesAsText("name")).containsExactly("b");
    String after = Percent.encode("after", second.json().path("next").asText());
    Reply rest = get("/labels?after=" + after);
    assertThat(rest.json().findValuesAsText("name")).containsExactly("c", "last");
    assertThat(rest.json().has("next")).isFalse();
    for (String query : new String[] {"after=x", "after=", "limit=0", "after=2026-01-01%20x"}) {
      assertThat(get("/labels?" + query).status()).as(query).isEqualTo(400);
    }
  }

  @Test
  void limitedToken_usesLabels_asTheyAreOfNoKey() {
    set("secret", "1");
    between();
    assertThat(service.put(store + "/labels/ui", "{}", limited).status()).isEqualTo(201);
    assertThat(service.get(store + "/labels/ui", limited).status()).isEqualTo(200);
    assertThat(service.get(store + "/values?at=ui", limited).text()).isEqualTo("{}");
    assertThat(service.put(store + "/labels/x", "{}", reader).status()).isEqualTo(403);
    assertThat(service.delete(store + "/labels/ui", reader).status()).isEqualTo(403);
  }
}
