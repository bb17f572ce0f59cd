package dev.kvstore.http.api.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvstore.internal.bson.BsonValues;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.junit.jupiter.api.Test;

class ViewsTest extends RecordedService {
  private void setExact(String key, String extendedJson) {
    byte[] body = BsonValues.ofBsonValue(
            BsonDocument.parse(extendedJson).get("value", BsonNull.VALUE))
        .toByteArray();
    assertThat(service
            .send("PUT", store + "/keys/" + key, body, alice, "Content-Type: application/bson")
            .status())
        .isEqualTo(201);
  }

  @Test
  void detail_hasTheTextAndTheTypesThatJsonHides() {
    setExact(
        "a",
        "{value: {at: {$date: '2026-01-01T00:00:00Z'}, n: {$numberLong: '3'}, 'x/y': [1, {'~':"
            + " {$numberDecimal: '1.5'}}], big: {$numberLong: '9007199254740993'}, s: 'text'}}");
    JsonNode detail = get("/keys/a?view=detail").json();
    assertThat(detail.path("type").asText()).isEqualTo("object");
    String text = detail.path("text").asText();
    assertThat(text).startsWith("{\"at\":\"2026-01-01").contains("9007199254740993", "\"n\":3");
    assertThat(detail.path("bytes").asInt()).isEqualTo(text.length());
    assertThat(detail.path("types").toString())
        .isEqualTo("{\"/at\":\"date\",\"/n\":\"int64\",\"/x~1y/1/~0\":\"decimal\"}");
    assertThat(detail.path("version").asInt()).isEqualTo(1);
    assertThat(detail.has("value")).isFalse();
    assertThat(get("/keys/a?view=details").status()).isEqualTo(400);
    setExact("n", "{value: {$numberLong: '3'}}");
    assertThat(get("/keys/n?view=detail").json().path("types").toString())
        .isEqualTo("{\"\":\"int64\"}");
  }

  @Test
  void summary_hasTheBeginningOfTheValue() {
    set("a", "\"" + "ä".repeat(200) + "\"");
    set("b", "true");
    JsonNode items = get("/keys?view=summary").json().path("items");
    assertThat(items).hasSize(2);
    assertThat(items.get(0).path("preview").asText()).isEqualTo("\"" + "ä".repeat(159));
    assertThat(items.get(0).path("cut").asBoolean()).isTrue();
    assertThat(items.get(0).path("bytes").asInt()).isEqualTo(402);
    assertThat(items.get(1).path("type").asText()).isEqualTo("boolean");
    assertThat(items.get(1).path("preview").asText()).isEqualTo("true");
    assertThat(items.get(1).has("cut")).isFalse();
    assertThat(get("/keys?view=summary&key=b&key=none").json().path("items"))
        .singleElement()
        .isEqualTo(items.get(1));
    assertThat(get("/keys?view=summary&values=true").status()).isEqualTo(400);
    assertThat(get("/keys?view=keys&key=b").status()).isEqualTo(400);
  }

  @Test
  void history_detail_hasTheTextOfEachRevision() {
    set("a", "1");
    set("a", "{\"b\":[1.5]}");
    service.delete(store + "/keys/a", alice);
    for (String path : new String[] {"/history/a", "/history"}) {
      JsonNode items = get(path + "?view=detail").json().path("items");
      assertThat(items).hasSize(3);
      assertThat(items.get(0).path("operation").asText()).isEqualTo("delete");
      assertThat(items.get(0).has("text")).isFalse();
      assertThat(items.get(1).path("text").asText()).isEqualTo("{\"b\":[1.5]}");
      assertThat(items.get(1).path("type").asText()).isEqualTo("object");
      assertThat(items.get(2).path("text").asText()).isEqualTo("1");
      assertThat(items.get(2).has("value")).isFalse();
    }
    assertThat(get("/history/a?version=1&view=detail").json().path("text").asText())
        .isEqualTo("1");
    assertThat(get("/history?view=detail&values=true").status()).isEqualTo(400);
  }
}
