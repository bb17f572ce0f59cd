package dev.kvstore.http.api.entries;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

public class KeyResourceTest {
  private static final String THEME = "/v1/stores/app/keys/ui.theme";
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

  public static byte[] bson(BsonDocument document) {
    BasicOutputBuffer buffer = new BasicOutputBuffer();
    new BsonDocumentCodec()
        .encode(new BsonBinaryWriter(buffer), document, EncoderContext.builder().build());
    return buffer.toByteArray();
  }

  @Test
  void put_newKey_isCreated() {
    Reply reply = service.put(THEME, "\"dark\"");

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.header("Content-Type")).isEqualTo("application/json");
    assertThat(reply.header("KV-Version")).isEqualTo("1");
    assertThat(reply.header("Last-Modified")).endsWith(" GMT");
    JsonNode entry = reply.json();
    assertThat(entry.path("key").asText()).isEqualTo("ui.theme");
    assertThat(entry.path("version").asLong()).isEqualTo(1);
    assertThat(entry.path("etag").asText()).isEqualTo(reply.etag());
    assertThat(entry.path("updatedBy").isNull()).isTrue();
    assertThat(entry.path("expiresAt").isNull()).isTrue();
    assertThat(Instant.parse(entry.path("createdAt").asText()))
        .isEqualTo(Instant.parse(entry.path("updatedAt").asText()));
    assertThat(entry.has("value")).isFalse();
  }

  @Test
  void put_presentKey_isReplaced() {
    Reply first = service.put(THEME, "\"dark\"");
    Reply second = service.put(THEME, "\"light\"");

    assertThat(second.status()).isEqualTo(200);
    assertThat(second.header("KV-Version")).isEqualTo("2");
    assertThat(second.etag()).isNotEqualTo(first.etag());
    assertThat(service.get(THEME).text()).isEqualTo("\"light\"");
  }

  @Test
  void get_present_isTheValueAlone() {
    Reply written = service.put(THEME, "{\"name\": \"dark\"}");
    Reply reply = service.get(THEME);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text()).isEqualTo("{\"name\":\"dark\"}");
    assertThat(reply.header("Content-Type")).isEqualTo("application/json");
    assertThat(reply.header("Content-Length")).isEqualTo("16");
    assertThat(reply.header("ETag")).isEqualTo(written.header("ETag"));
    assertThat(reply.header("Last-Modified")).isEqualTo(written.header("Last-Modified"));
    assertThat(reply.header("KV-Version")).isEqualTo("1");
    assertThat(reply.header("KV-Expires-At")).isNull();
    assertThat(reply.header("Cache-Control")).isEqualTo("private, no-cache");
    assertThat(reply.header("Vary")).isEqualTo("Accept, Accept-Encoding");
    assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?view=value", "?view=entry"})
  void head_present_hasTheHeadersOfGet(String query) {
    service.put(THEME, "\"dark\"");
    Reply get = service.get(THEME + query);
    Reply head = service.send("HEAD", THEME + query, null);

    assertThat(head.status()).isEqualTo(200);
    get.headers().keySet().removeAll(Set.of("Date", "X-Request-Id"));
    assertThat(head.headers()).containsAllEntriesOf(get.headers());
  }

  @Test
  void get_viewEntry_isTheWholeEntry() {
    service.put(THEME, "[1, 2.5]", "KV-Author: Ren%C3%A9");
    JsonNode entry = service.get(THEME + "?view=entry").json();

    assertThat(entry.path("value").toString()).isEqualTo("[1,2.5]");
    assertThat(entry.path("updatedBy").asText()).isEqualTo("René");
    assertThat(entry.properties())
        .extracting(Map.Entry::getKey)
        .containsExactly(
            "key", "value", "version", "etag", "createdAt", "updatedAt", "updatedBy", "expiresAt");
  }

  @Test
  void get_storedNull_isNullAndNotAbsent() {
    service.put(THEME, "null");

    assertThat(service.get(THEME).status()).isEqualTo(200);
    assertThat(service.get(THEME).text()).isEqualTo("null");
    assertThat(service.get(THEME + "?view=entry").json().get("value").isNull()).isTrue();
  }

  @Test
  void get_absent_isNotFound() {
    Reply reply = service.get(THEME);

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.code()).isEqualTo("key-not-found");
    assertThat(reply.json().path("key").asText()).isEqualTo("ui.theme");
    assertThat(reply.json().path("detail").asText()).contains("ui.theme");
    assertThat(reply.json().path("instance").asText()).isEqualTo(THEME);
    assertThat(reply.json().path("status").asInt()).isEqualTo(404);
    assertThat(reply.json().path("type").asText()).isEqualTo("urn:kvstore:error:key-not-found");
    assertThat(reply.json().path("requestId").asText()).isEqualTo(reply.header("X-Request-Id"));
    assertThat(reply.header("Date")).isNotNull();
  }

  @Test
  void delete_present_removesIt() {
    service.put(THEME, "1");
    Reply reply = service.delete(THEME);

    assertThat(reply.status()).isEqualTo(204);
    assertThat(reply.header("Content-Type")).isNull();
    assertThat(service.get(THEME).status()).isEqualTo(404);
    assertThat(service.delete(THEME).code()).isEqualTo("key-not-found");
  }

  @Test
  void put_afterDelete_isCreatedAgain() {
    service.put(THEME, "1");
    service.put(THEME, "2");
    service.delete(THEME);

    assertThat(service.put(THEME, "3").header("KV-Version")).isEqualTo("1");
  }

  @Test
  void put_withTtl_tellsTheExpiry() {
    Reply written = service.put(THEME + "?ttl=PT1H", "1");
    Instant expiry = Instant.parse(String.valueOf(written.header("KV-Expires-At")));

    assertThat(expiry)
        .isEqualTo(
            Instant.parse(written.json().path("updatedAt").asText()).plus(Duration.ofHours(1)));
    assertThat(service.get(THEME).header("KV-Expires-At")).isEqualTo(expiry.toString());
    assertThat(service.put(THEME, "2").header("KV-Expires-At")).isNull();
  }

  @ParameterizedTest
  @CsvSource({"90s,PT90S", "1h30m,PT90M", "1d12h,PT36H", "P1W,P7D"})
  void put_withTtl_takesShortSpellings(String ttl, Duration duration) {
    Reply written = service.put(THEME + "?ttl=" + ttl, "1");

    assertThat(Instant.parse(String.valueOf(written.header("KV-Expires-At"))))
        .isEqualTo(Instant.parse(written.json().path("updatedAt").asText()).plus(duration));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"PT0S", "-PT1H", "0s", "-5s", "90", "1M", "", "P1000000000D", "PT0.0001S", "P1Y"})
  void put_withUnusableTtl_isRefused(String ttl) {
    Reply reply = service.put(THEME + "?ttl=" + ttl, "1");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("invalid-parameter");
    assertThat(service.get(THEME).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({
    "PUT,?tll=PT1H",
    "PUT,?ttl=PT1H&ttl=PT2H",
    "PUT,?view=entry",
    "GET,?ttl=PT1H",
    "GET,?view=all",
    "GET,?view=entry&view=entry",
    "DELETE,?ttl=PT1H",
    "GET,?vi%65w=%zz",
    "GET,?view=%ff"
  })
  void anyMethod_withUnknownOrRepeatedParameter_isRefused(String method, String query) {
    service.put(THEME, "1");
    Reply reply = service.send(method, THEME + query, "2".getBytes(StandardCharsets.UTF_8));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("invalid-parameter");
    assertThat(service.get(THEME).text()).isEqualTo("1");
  }

  @Test
  void put_ifMatch_holdsForThePresentEtagOnly() {
    String old = service.put(THEME, "1").etag();
    Reply replaced = service.put(THEME, "2", "If-Match: \"" + old + "\"");
    Reply refused = service.put(THEME, "3", "If-Match: \"" + old + "\"");

    assertThat(replaced.status()).isEqualTo(200);
    assertThat(refused.status()).isEqualTo(412);
    assertThat(refused.code()).isEqualTo("precondition-failed");
    assertThat(refused.json().path("etag").asText()).isEqualTo(replaced.etag());
    assertThat(refused.json().path("key").asText()).isEqualTo("ui.theme");
    assertThat(service.get(THEME).text()).isEqualTo("2");
  }

  @Test
  void put_ifMatchAny_demandsAnEntry() {
    Reply refused = service.put(THEME, "1", "If-Match: *");

    assertThat(refused.status()).isEqualTo(412);
    assertThat(refused.json().has("etag")).isFalse();
    service.put(THEME, "1");
    assertThat(service.put(THEME, "2", "If-Match: *").status()).isEqualTo(200);
  }

  @Test
  void put_ifNoneMatchAny_demandsNoEntry() {
    assertThat(service.put(THEME, "1", "If-None-Match: *").status()).isEqualTo(201);
    assertThat(service.put(THEME, "2", "If-None-Match: *").status()).isEqualTo(412);
    assertThat(service.get(THEME).text()).isEqualTo("1");
  }

  @Test
  void put_ifMatchWeak_neverHolds() {
    String etag = service.put(THEME, "1").etag();

    assertThat(service.put(THEME, "2", "If-Match: W/\"" + etag + "\"").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "If-Match: abc",
        "If-Match:",
        "If-Match: \"a\", \"b\"",
        "If-Match: \"a",
        "If-None-Match: \"a\"",
        "If-Match: *\r\nIf-None-Match: *",
        "If-Match: \"a\"\r\nIf-Match: \"b\"",
        "If-Unmodified-Since: Sat, 21 Nov 2026 10:48:21 GMT"
      })
  void write_withConditionItCannotHoldTo_isRefused(String header) {
    service.put(THEME, "1");

    assertThat(service.put(THEME, "2", header).code()).isEqualTo("invalid-parameter");
    assertThat(service.delete(THEME, header).code()).isEqualTo("invalid-parameter");
    assertThat(service.get(THEME).text()).isEqualTo("1");
  }

  @Test
  void delete_ifMatch_holdsForThePresentEtagOnly() {
    String old = service.put(THEME, "1").etag();
    String present = service.put(THEME, "2").etag();

    assertThat(service.delete(THEME, "If-Match: \"" + old + "\"").status()).isEqualTo(412);
    assertThat(service.delete(THEME, "If-Match: \"" + present + "\"").status()).isEqualTo(204);
    assertThat(service.delete(THEME, "If-Match: *").status()).isEqualTo(412);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"%s\"", "W/\"%s\"", "\"other\", \"%s\"", "\"other\",W/\"%s\"", "*"})
  void get_ifNoneMatchPresentEtag_isNotModified(String header) {
    Reply written = service.put(THEME, "1");
    Reply reply = service.get(THEME, "If-None-Match: " + header.formatted(written.etag()));

    assertThat(reply.status()).isEqualTo(304);
    assertThat(reply.header("ETag")).isEqualTo(written.header("ETag"));
    assertThat(reply.header("Cache-Control")).isEqualTo("private, no-cache");
    assertThat(reply.header("Content-Type")).isNull();
  }

  @Test
  void get_ifNoneMatchOtherEtag_isTheValue() {
    service.put(THEME, "1");

    assertThat(service.get(THEME, "If-None-Match: \"other\"").text()).isEqualTo("1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"%00", "a%0Ab", "%zz", "%ff"})
  void put_withUnusableAuthor_isRefused(String author) {
    assertThat(service.put(THEME, "1", "KV-Author: " + author).code())
        .isEqualTo("invalid-parameter");
  }

  @Test
  void bson_keepsEveryType() {
    BsonDocument body = BsonDocument.parse(
        "{value: {when: {$date: 1700000000123}, id: {$oid: '0123456789abcdef01234567'},"
            + " long: {$numberLong: '1'}, int: 1, bytes: {$binary: {base64: 'AAEC', subType: '04'}},"
            + " money: {$numberDecimal: '1.10'}, '$set': {'a.b': null, '': [1]}}}");
    Reply written =
        service.send("PUT", THEME, bson(body), "Content-Type: " + BSON, "Accept: " + BSON);
    Reply read = service.get(THEME, "Accept: " + BSON);

    assertThat(written.status()).isEqualTo(201);
    assertThat(written.header("Content-Type")).isEqualTo(BSON);
    assertThat(written.bson().getString("key")).isEqualTo(new BsonString("ui.theme"));
    assertThat(written.bson().getInt64("version")).isEqualTo(new BsonInt64(1));
    assertThat(written.bson().getDateTime("createdAt").getValue())
        .isEqualTo(written.bson().getDateTime("updatedAt").getValue());
    assertThat(written.bson().get("updatedBy")).isEqualTo(BsonNull.VALUE);
    assertThat(read.header("Content-Type")).isEqualTo(BSON);
    assertThat(read.bson()).isEqualTo(body);
    assertThat(service.get(THEME + "?view=entry", "Accept: " + BSON).bson().get("value"))
        .isEqualTo(body.get("value"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{other: 1}", "{value: 1, other: 2}"})
  void put_bsonOfAnotherShape_isRefused(String body) {
    Reply reply =
        service.send("PUT", THEME, bson(BsonDocument.parse(body)), "Content-Type: " + BSON);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("invalid-value");
  }

  @Test
  void put_bsonThatEndsEarly_isRefused() {
    byte[] body = bson(BsonDocument.parse("{value: 'abc'}"));

    assertThat(service
            .send("PUT", THEME, Arrays.copyOf(body, 15), "Content-Type: " + BSON)
            .code())
        .isEqualTo("invalid-value");
  }
}
