package dev.kvstore.http.api.entries;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import java.nio.file.Path;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultsAndCountersTest {
  private static final String KEY = "/v1/stores/app/keys/n";
  private static final String DEFAULT = "/v1/stores/app/defaults/n";
  private static final String COUNTER = "/v1/stores/app/counters/n";

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
  void default_ofAbsentKey_isStored() {
    Reply reply = service.put(DEFAULT + "?ttl=PT1H", "{\"a\":1}", "KV-Author: alice");

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.json().path("value").toString()).isEqualTo("{\"a\":1}");
    assertThat(reply.json().path("updatedBy").asText()).isEqualTo("alice");
    assertThat(reply.header("KV-Expires-At")).isNotNull();
    assertThat(service.get(KEY).header("ETag")).isEqualTo(reply.header("ETag"));
  }

  @Test
  void default_ofPresentKey_isNotStored() {
    String etag = service.put(KEY, "\"kept\"").etag();
    Reply reply = service.put(DEFAULT, "\"other\"");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("value").asText()).isEqualTo("kept");
    assertThat(reply.etag()).isEqualTo(etag);
    assertThat(service.get(KEY).text()).isEqualTo("\"kept\"");
  }

  @Test
  void default_ofStoredNull_isNotStored() {
    service.put(KEY, "null");

    assertThat(service.put(DEFAULT, "1").json().get("value").isNull()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"If-Match: *", "If-None-Match: *", "If-Match: \"a\""})
  void default_withCondition_isRefused(String header) {
    assertThat(service.put(DEFAULT, "1", header).code()).isEqualTo("invalid-parameter");
    assertThat(service.get(KEY).status()).isEqualTo(404);
  }

  @Test
  void counter_ofAbsentKey_beginsAtZero() {
    Reply reply = service.post(COUNTER, "{\"by\": 5}");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("value").asInt()).isEqualTo(5);
    assertThat(reply.json().path("version").asInt()).isEqualTo(1);
    assertThat(reply.header("ETag")).isNotNull();
    assertThat(service.get(KEY).text()).isEqualTo("5");
  }

  @Test
  void counter_withoutBody_addsOne() {
    service.put(KEY, "41");

    assertThat(service.send("POST", COUNTER, null).json().path("value").asInt()).isEqualTo(42);
    assertThat(service
            .post(COUNTER, "", "Content-Type: application/x-www-form-urlencoded")
            .json()
            .path("value")
            .asInt())
        .isEqualTo(43);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", " { } "})
  void counter_withEmptyObject_addsOne(String body) {
    service.put(KEY, "41");

    assertThat(service.post(COUNTER, body).json().path("value").asInt()).isEqualTo(42);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "5               | it is int32, not an object",
        "\"5\"             | it is string, not an object",
        "[5]             | it is array, not an object",
        "{\"by\":\"5\"}      | 'by' is string, not a whole number",
        "{\"by\":5.5}      | 'by' is double, not a whole number",
        "{\"value\":5}     | it has no member 'by'",
        "{\"by\":5,\"x\":1}  | it has other members than 'by'"
      })
  void counter_withUnusableBody_saysWhatIsMeant(String body, String problem) {
    assertThat(service.post(COUNTER, body).json().path("detail").asText())
        .contains("{\"by\": 5}")
        .contains(problem);
  }

  @Test
  void counter_addsNegativeAndLongNumbers() {
    assertThat(service
            .post(COUNTER, "{\"by\":-9223372036854775808}")
            .json()
            .path("value")
            .asText())
        .isEqualTo("-9223372036854775808");
    assertThat(service
            .post(COUNTER, "{\"by\":9223372036854775807}")
            .json()
            .path("value")
            .asText())
        .isEqualTo("-1");
  }

  @Test
  void counter_pastInt64_isRefusedAndUnchanged() {
    service.put(KEY, "9223372036854775807");
    Reply reply = service.post(COUNTER, "");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.code()).isEqualTo("type-mismatch");
    assertThat(service.get(KEY).text()).isEqualTo("9223372036854775807");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"text\"", "1.5", "null", "[1]", "12345678901234567890"})
  void counter_overAnythingElse_isTypeMismatch(String value) {
    service.put(KEY, value);
    Reply reply = service.post(COUNTER, "");

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.code()).isEqualTo("type-mismatch");
    assertThat(reply.json().path("key").asText()).isEqualTo("n");
    assertThat(reply.json().path("storedType").asText()).isNotEmpty();
    assertThat(reply.json().path("wantedType").asText()).isNotEmpty();
    assertThat(service.get(KEY).text()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"by\":1.0}",
        "{\"by\":\"1\"}",
        "{\"by\":null}",
        "{\"by\":9223372036854775808}",
        "{\"by\":1,\"x\":2}",
        "{\"x\":2}",
        "1",
        "[1]",
        "null"
      })
  void counter_withUnusableBody_isRefused(String body) {
    Reply reply = service.post(COUNTER, body);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("invalid-value");
    assertThat(service.get(KEY).status()).isEqualTo(404);
  }

  @Test
  void counter_withBrokenJson_isRefused() {
    assertThat(service.post(COUNTER, "{\"by\":").code()).isEqualTo("invalid-json");
    assertThat(service.post(COUNTER, "{\"by\":1,\"by\":2}").code()).isEqualTo("invalid-json");
    assertThat(service.post(COUNTER, "{\"by\":1} 2").code()).isEqualTo("invalid-json");
  }

  @Test
  void counter_ifMatch_holdsForThePresentEtagOnly() {
    String etag = service.put(KEY, "1").etag();

    assertThat(service.post(COUNTER, "", "If-Match: \"" + etag + "\"").status()).isEqualTo(200);
    assertThat(service.post(COUNTER, "", "If-Match: \"" + etag + "\"").status()).isEqualTo(412);
    assertThat(service.get(KEY).text()).isEqualTo("2");
  }

  @Test
  void counter_speaksBson() {
    byte[] body = KeyResourceTest.bson(new BsonDocument("by", new BsonInt32(7)));
    Reply reply = service.send(
        "POST", COUNTER, body, "Content-Type: application/bson", "Accept: application/bson");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.bson().getNumber("value").longValue()).isEqualTo(7);
  }
}
