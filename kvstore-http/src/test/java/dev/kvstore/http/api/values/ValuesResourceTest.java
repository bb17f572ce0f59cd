package dev.kvstore.http.api.values;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.api.entries.KeyResourceTest;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesResourceTest {
  private static final String VALUES = "/v1/stores/app/values";
  private static final String BSON = "application/bson";

  @TempDir
  private Path folder;

  private TestService service;

  @BeforeEach
  void start() {
    service = TestService.start(folder);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void put_countsCreatedAndReplaced() {
    service.put(VALUES, "{\"a\": 1, \"b\": 2}");
    Reply reply = service.put(VALUES, "{\"b\": [3], \"c\": null, \"d/e\": {}}");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text()).isEqualTo("{\"created\":2,\"replaced\":1}");
    assertThat(service.get(VALUES).text()).isEqualTo("{\"a\":1,\"b\":[3],\"c\":null,\"d/e\":{}}");
  }

  @Test
  void put_nothing_isDone() {
    assertThat(service.put(VALUES, "{}").text()).isEqualTo("{\"created\":0,\"replaced\":0}");
  }

  @Test
  void put_atomic_writesAll() {
    assertThat(service
            .put(VALUES + "?atomic=true&ttl=PT1H", "{\"a\":1}", "KV-Author: bob")
            .status())
        .isEqualTo(200);
    JsonNode entry = service.get("/v1/stores/app/keys/a?view=entry").json();
    assertThat(entry.path("updatedBy").asText()).isEqualTo("bob");
    assertThat(entry.path("expiresAt").isNull()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1]|invalid-value",
        "1|invalid-value",
        "{\"a\":1,\"a\":2}|invalid-json",
        "{\"ok\":1,\"a//b\":2}|invalid-key",
        "{\"ok\":1,\"\":2}|invalid-key",
        "{\"a\":1} x|invalid-json",
        "{\"a\":1}{}|invalid-json",
        "{\"a\":|invalid-json",
        "{\"ok\":1,\"a\":1e7000}|invalid-value",
        "{\"ok\":1|invalid-json"
      })
  void put_unusableBody_writesNothing(String body, String code) {
    Reply reply = service.put(VALUES, body);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(code);
    assertThat(service.get(VALUES).text()).isEqualTo("{}");
  }

  @Test
  void put_valueThatIsTooLarge_isNamed() {
    Reply reply = service.put(VALUES, "{\"ok\":1,\"big\":\"" + "x".repeat(1024 * 1024) + "\"}");

    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.json().path("detail").asText()).contains("'big'");
    assertThat(service.get(VALUES).text()).isEqualTo("{}");
  }

  @Test
  void put_bodyBeyondTheLimit_isTooLarge() {
    String member = "\":\"" + "x".repeat(1024 * 1024 - 5) + "\"";
    String body = IntStream.range(0, 17)
        .mapToObj(i -> "\"k" + i + member)
        .collect(Collectors.joining(",", "{", "}"));

    assertThat(service.put(VALUES, body).code()).isEqualTo("too-large");
  }

  @Test
  void put_bodyFarBeyondTheLimit_isReadSoThatTheAnswerArrives() {
    String body = " ".repeat(64 * 1024 * 1024);

    assertThat(service.put(VALUES, body).code()).isEqualTo("too-large");
  }

  @ParameterizedTest
  @ValueSource(strings = {"If-Match: *", "If-None-Match: *"})
  void put_withCondition_isRefused(String header) {
    assertThat(service.put(VALUES, "{\"a\":1}", header).code()).isEqualTo("invalid-parameter");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"?atomic=yes", "?atomic", "?ttl=1", "?prefix=a", "?atomic=true&atomic=true"})
  void put_withUnusableParameter_isRefused(String query) {
    assertThat(service.put(VALUES + query, "{\"a\":1}").code()).isEqualTo("invalid-parameter");
  }

  @Test
  void get_byPrefix_isOrderedByBytes() {
    service.put(VALUES, "{\"ui/b\":2,\"ui/a\":1,\"uj\":3,\"ui/\uFF5E\":4,\"ui/😀\":5,\"u\":0}");

    assertThat(service.get(VALUES + "?prefix=ui/").text())
        .isEqualTo("{\"ui/a\":1,\"ui/b\":2,\"ui/\uFF5E\":4,\"ui/😀\":5}");
    assertThat(service.get(VALUES + "?prefix=none").text()).isEqualTo("{}");
  }

  @Test
  void get_byKeys_leavesOutAbsentOnes() {
    service.put(VALUES, "{\"a\":1,\"b\":2,\"c\":3}");

    assertThat(service.get(VALUES + "?key=c&key=a&key=none&key=a").text())
        .isEqualTo("{\"c\":3,\"a\":1}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"?key=a&prefix=b", "?key=", "?key=a//b", "?limit=5", "?prefix=a&prefix=b"})
  void get_withUnusableParameter_isRefused(String query) {
    assertThat(service.get(VALUES + query).status()).isEqualTo(400);
  }

  @Test
  void get_manyPages_isOneObject() {
    String body = IntStream.range(0, 1234)
        .mapToObj(i -> "\"k%04d\":%d".formatted(i, i))
        .collect(Collectors.joining(",", "{", "}"));
    service.put(VALUES, body);
    Reply all = service.get(VALUES);

    assertThat(all.complete()).isTrue();
    assertThat(all.text()).isEqualTo(body);
    assertThat(service.send("HEAD", VALUES, null).status()).isEqualTo(200);
  }

  @Test
  void bson_roundTrip() {
    BsonDocument values =
        BsonDocument.parse("{'a.b': {$date: 5}, '$c': {$numberLong: '1'}, d: [1, {x: null}]}");
    Reply written = service.send(
        "PUT", VALUES, KeyResourceTest.bson(values), "Content-Type: " + BSON, "Accept: " + BSON);

    assertThat(written.bson().getNumber("created").intValue()).isEqualTo(3);
    assertThat(written.bson().getNumber("replaced").intValue()).isZero();
    assertThat(service.get(VALUES, "Accept: " + BSON).bson()).isEqualTo(values);
  }

  @Test
  void put_bsonWithIllegalKey_isRefused() {
    Reply reply = service.send(
        "PUT",
        VALUES,
        KeyResourceTest.bson(BsonDocument.parse("{'a': 1, 'b//c': 2}")),
        "Content-Type: " + BSON);

    assertThat(reply.code()).isEqualTo("invalid-key");
    assertThat(service.get(VALUES).text()).isEqualTo("{}");
  }
}
