package dev.kvstore.http.api.values;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListingTest {
  private static final String KEYS = "/v1/stores/app/keys";

  private static TestService service;

  @BeforeAll
  static void start(@TempDir Path folder) {
    service = TestService.start(folder);
    service.put(
        "/v1/stores/app/values",
        "{\"a\":1,\"b&c\":2,\"d/1\":3,\"d/2\":4,\"d/3 +\":5,\"e\":null}",
        "KV-Author: alice");
    service.put(
        "/v1/stores/many/values",
        IntStream.range(0, 150)
            .mapToObj(i -> "\"k%03d\":%d".formatted(i, i))
            .collect(Collectors.joining(",", "{", "}")));
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static List<String> keys(Reply reply) {
    return StreamSupport.stream(reply.json().path("items").spliterator(), false)
        .map(item -> item.isTextual() ? item.asText() : item.path("key").asText())
        .toList();
  }

  @Test
  void all_areEntriesWithoutValues() {
    Reply reply = service.get(KEYS);
    JsonNode first = reply.json().path("items").get(0);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(keys(reply)).containsExactly("a", "b&c", "d/1", "d/2", "d/3 +", "e");
    assertThat(first.has("value")).isFalse();
    assertThat(first.path("version").asInt()).isEqualTo(1);
    assertThat(first.path("updatedBy").asText()).isEqualTo("alice");
    assertThat(reply.json().has("next")).isFalse();
    assertThat(reply.header("Link")).isNull();
  }

  @Test
  void values_areAddedWhereAsked() {
    JsonNode items = service.get(KEYS + "?values=true").json().path("items");

    assertThat(items.get(0).path("value").asInt()).isEqualTo(1);
    assertThat(items.get(5).get("value").isNull()).isTrue();
    assertThat(service.get(KEYS + "?values=false").json().path("items").get(0).has("value"))
        .isFalse();
  }

  @Test
  void viewKeys_areTheKeysAlone() {
    assertThat(service.get(KEYS + "?view=keys&prefix=d/").text())
        .isEqualTo("{\"items\":[\"d/1\",\"d/2\",\"d/3 +\"]}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "&values=true", "&view=keys"})
  void pages_followTheLink(String options) {
    List<String> seen = new ArrayList<>();
    String path = KEYS + "?limit=2" + options;
    while (path != null) {
      Reply page = service.get(path);
      List<String> items = keys(page);
      assertThat(items).hasSizeLessThanOrEqualTo(2);
      seen.addAll(items);
      String link = page.header("Link");
      assertThat(link == null).isEqualTo(!page.json().has("next"));
      path = link == null ? null : link.replaceAll("<(.*)>; rel=\"next\"", "$1");
    }

    assertThat(seen).containsExactly("a", "b&c", "d/1", "d/2", "d/3 +", "e");
  }

  @Test
  void next_isTheKeyToSendAsAfter() {
    Reply page = service.get(KEYS + "?limit=2&prefix=d/&after=d/1&values=true");

    assertThat(keys(page)).containsExactly("d/2", "d/3 +");
    Reply first = service.get(KEYS + "?limit=2");
    assertThat(first.json().path("next").asText()).isEqualTo("b&c");
    assertThat(first.header("Link"))
        .isEqualTo("</v1/stores/app/keys?limit=2&after=b%26c>; rel=\"next\"");
  }

  @Test
  void limit_is100ByDefault() {
    Reply page = service.get("/v1/stores/many/keys");

    assertThat(keys(page)).hasSize(100);
    assertThat(page.json().path("next").asText()).isEqualTo("k099");
    assertThat(keys(service.get("/v1/stores/many/keys?limit=1000"))).hasSize(150);
  }

  @Test
  void namedKeys_areThoseThatThereAre() {
    Reply reply = service.get(KEYS + "?key=d/3+%2B&key=none&key=a&key=b%26c");

    assertThat(keys(reply)).containsExactly("d/3 +", "a", "b&c");
    assertThat(reply.json().path("items").get(0).has("value")).isFalse();
    assertThat(
            service.get(KEYS + "?key=a&values=true").json().path("items").get(0).path("value"))
        .hasToString("1");
  }

  @Test
  void thousandKeys_canBeNamed() {
    String query =
        IntStream.range(0, 1000).mapToObj("key=k%03d"::formatted).collect(Collectors.joining("&"));

    assertThat(keys(service.get("/v1/stores/many/keys?" + query))).hasSize(150);
    assertThat(service.get("/v1/stores/many/keys?" + query + "&key=more").code())
        .isEqualTo("invalid-parameter");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=x",
        "limit=",
        "limit=1&limit=1",
        "values=1",
        "view=all",
        "view=keys&values=true",
        "key=a&limit=5",
        "key=a&prefix=b",
        "key=a&view=keys",
        "prefix=%00",
        "after=a%0A",
        "nope=1",
        "prefix=%ff"
      })
  void unusableParameter_isRefused(String query) {
    Reply reply = service.get(KEYS + "?" + query);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("invalid-parameter");
  }

  @Test
  void storeThatWasNeverWritten_isEmpty() {
    assertThat(service.get("/v1/stores/never/keys").text()).isEqualTo("{\"items\":[]}");
    assertThat(service.get("/v1/stores").text()).doesNotContain("never");
  }

  @Test
  void bson_hasTheSameMembers() {
    BsonDocument page =
        service.get(KEYS + "?limit=1&values=true", "Accept: application/bson").bson();
    BsonDocument entry = page.getArray("items").get(0).asDocument();

    assertThat(page.getString("next")).isEqualTo(new BsonString("a"));
    assertThat(entry.getNumber("value").intValue()).isEqualTo(1);
    assertThat(entry.getInt64("version").getValue()).isEqualTo(1);
    assertThat(entry.isDateTime("updatedAt")).isTrue();
    assertThat(entry.isNull("expiresAt")).isTrue();
    assertThat(
            service.get(KEYS + "?view=keys&limit=1", "Accept: application/bson").bson())
        .isEqualTo(BsonDocument.parse("{items: ['a'], next: 'a'}"));
  }

  @Test
  void stores_areCounted() {
    assertThat(service.get("/v1/stores").text())
        .isEqualTo("{\"items\":[{\"name\":\"app\",\"entries\":6},"
            + "{\"name\":\"many\",\"entries\":150}]}");
    assertThat(service.get("/v1/stores?x=1").code()).isEqualTo("invalid-parameter");
  }

  @Test
  void head_hasTheLengthOfGet() {
    for (String path : List.of(KEYS, KEYS + "?limit=1", "/v1/stores", "/health/live")) {
      Reply head = service.send("HEAD", path, null);

      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("Content-Length"))
          .isEqualTo(service.get(path).header("Content-Length"));
    }
  }
}
