package dev.kvstore.http.api.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvstore.http.AuditLines;
import dev.kvstore.http.Reply;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.internal.bson.BsonValues;
import java.util.List;
import java.util.UUID;
import org.bson.BsonBinary;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CopiesTest extends RecordedService {
  private String other = "";

  @BeforeEach
  void fill() {
    other = name + "x";
    set("ui.a", "1");
    set("ui.b", "\"two\"");
    set("secret", "3");
  }

  /** Returns the body with the name of the other store for {@code OTHER}. */
  private String to(String body) {
    return body.replace('\'', '"').replace("OTHER", '"' + other + '"');
  }

  private String values(String ofStore) {
    return service.get("/v1/stores/" + ofStore + "/values", alice).text();
  }

  private JsonNode differences(String query, String token) {
    Reply reply = service.get(store + "/differences?with=" + other + query, token);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  private static List<String> keys(JsonNode page) {
    return page.path("items").findValues("key").stream().map(JsonNode::asText).toList();
  }

  @Test
  void moveOfAllEntries_needsAnAdministrator() {
    set("ui.a", "1");
    String writer = tokens.add("writer", Role.WRITE, Limits.NONE);
    String all = to("{'prefix':'','toStore':OTHER,'move':true}");
    assertThat(service.post(store + "/copies", all, writer).status()).isEqualTo(403);
    assertThat(service.post(store + "/copies?dryRun=true", all, writer).status())
        .isEqualTo(403);
    String some = to("{'prefix':'ui.','toStore':OTHER,'move':true}");
    assertThat(service.post(store + "/copies", some, writer).status()).isEqualTo(200);
    set("ui.b", "1");
    assertThat(service.post(store + "/copies", all, alice).status()).isEqualTo(200);
  }

  @Test
  void copy_keepsTypeAndExpiry_andHistorySaysWhereFrom() {
    UUID id = UUID.fromString("0bd4f8a4-8f5c-4a8c-9d0b-2f6d6f6e3c51");
    byte[] body = BsonValues.ofBsonValue(new BsonBinary(id)).toByteArray();
    service.send(
        "PUT", store + "/keys/ui.id?ttl=1h", body, alice, "Content-Type: application/bson");
    String etag = get("/keys/ui.id?view=entry").json().path("etag").asText();
    Reply reply = post(
        "/copies",
        to("{'prefix':'ui.','toStore':OTHER,'toPrefix':'web.'}"),
        "KV-Comment: for%20you");
    assertThat(reply.text().strip())
        .isEqualTo(to("{'created':3,'changed':0,'unchanged':0,'deleted':0,'failed':0,"
            + "'dryRun':false,'items':[{'key':'web.a','change':'created','to':'1'},"
            + "{'key':'web.b','change':'created','to':'\\'two\\''},"
            + "{'key':'web.id','change':'created',"
            + "'to':'\\'0bd4f8a4-8f5c-4a8c-9d0b-2f6d6f6e3c51\\''}]}"));
    JsonNode revision =
        service.get("/v1/stores/" + other + "/history/web.id", alice).json().at("/items/0");
    assertThat(revision.path("operation").asText()).isEqualTo("copy");
    assertThat(revision.path("by").asText()).isEqualTo("alice");
    assertThat(revision.path("comment").asText()).isEqualTo("for you");
    assertThat(revision.path("from").toString())
        .isEqualTo(to("{'store':'" + name + "','key':'ui.id','version':1,'etag':'" + etag + "'}"));
    assertThat(revision.path("expiresAt"))
        .isEqualTo(get("/keys/ui.id?view=entry").json().path("expiresAt"));
    JsonNode page = differences("&prefix=ui.&withPrefix=web.", alice);
    assertThat(page.toString()).isEqualTo("{\"items\":[],\"same\":3}");
  }

  @Test
  void dryRun_thenExactlyThat() {
    String body = to("{'prefix':'ui.','toStore':OTHER,'move':true}");
    JsonNode dry = post("/copies?dryRun=true", body).json();
    assertThat(values(other)).isEqualTo("{}");
    set("ui.a", "9");
    String fingerprint = "If-Match: \"" + dry.path("fingerprint").asText() + '"';
    Reply refused = post("/copies", body, fingerprint);
    assertThat(refused.status()).isEqualTo(412);
    assertThat(values(other)).isEqualTo("{}");

    String now = "If-Match: \"" + refused.json().path("etag").asText() + '"';
    JsonNode again = post("/copies?dryRun=true", body).json();
    JsonNode done = post("/copies", body, now).json();
    assertThat(done.path("items")).isEqualTo(again.path("items"));
    assertThat(done.path("created").asInt()).isEqualTo(2);
    assertThat(done.path("deleted").asInt()).isEqualTo(2);
    assertThat(values(other)).isEqualTo("{\"ui.a\":9,\"ui.b\":\"two\"}");
    assertThat(values(name)).isEqualTo("{\"secret\":3}");
  }

  @Test
  void repeated_isDoneOnce() {
    String etag = "KV-Etag: 6740f1c2a94d3e0b8c5a7714";
    String body = to("{'keys':['ui.a','none'],'toStore':OTHER,'toPrefix':'x/','mode':'defaults'}");
    Reply first = post("/copies", body, etag);
    assertThat(first.json().path("created").asInt()).isEqualTo(1);
    service.delete("/v1/stores/" + other + "/keys/x/ui.a", alice);
    Reply second = post("/copies", body, etag);
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(second.header("KV-Replayed")).isEqualTo("true");
    assertThat(values(other)).isEqualTo("{}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|invalid-value",
        "{'prefix':'ui.','keys':['a']}|invalid-value",
        "{'prefix':1}|invalid-value",
        "{'keys':'ui.a'}|invalid-value",
        "{'keys':[1]}|invalid-value",
        "{'prefix':'ui.','mode':'replace'}|invalid-value",
        "{'prefix':'ui.','move':'yes'}|invalid-value",
        "{'prefix':'ui.','into':'web.'}|invalid-value",
        "{'prefix':'ui.','toStore':'a/b'}|invalid-store",
        "{'prefix':'ui.','toPrefix':'\\u0000'}|invalid-parameter",
        "{'prefix':'ui.','toPrefix':'/'}|invalid-key",
        "{'keys':['a//b']}|invalid-key"
      })
  void malformed_isRefused(String body, String code) {
    assertThat(post("/copies", to(body)).code()).isEqualTo(code);
    String longest = to("{'prefix':'ui.','toStore':OTHER,'toPrefix':'" + "x".repeat(512) + "'}");
    assertThat(post("/copies", longest).code()).isEqualTo("invalid-key");
    assertThat(values(other)).isEqualTo("{}");
  }

  @Test
  void token_mustBeGoodForSourceAndTarget() {
    String elsewhere = tokens.add("elsewhere", Role.WRITE, new Limits(List.of(name), List.of()));
    for (String body : List.of(
        "{'prefix':'','toStore':OTHER}",
        "{'prefix':'u','toStore':OTHER,'toPrefix':'ui.'}",
        "{'prefix':'ui.','toStore':OTHER,'toPrefix':'web.'}",
        "{'prefix':'ui.','toPrefix':'','move':true}",
        "{'keys':['ui.a','secret'],'toPrefix':'ui.'}",
        "{'keys':['ui.a'],'toPrefix':'x.'}")) {
      for (String query : List.of("", "?dryRun=true")) {
        Reply refused = service.post(store + "/copies" + query, to(body), limited);
        assertThat(refused.status()).as(body).isEqualTo(403);
      }
    }
    Reply named = service.post(store + "/copies", to("{'keys':['ui.a','secret']}"), limited);
    assertThat(named.json().path("key").asText()).isEqualTo("secret");
    named =
        service.post(store + "/copies", to("{'keys':['ui.a','ui.b'],'toPrefix':'x.'}"), limited);
    assertThat(named.json().path("key").asText()).isEqualTo("x.ui.a");
    String body = to("{'prefix':'ui.','toStore':OTHER}");
    assertThat(service.post(store + "/copies", body, elsewhere).status()).isEqualTo(403);
    assertThat(service.post(store + "/copies", body, reader).status()).isEqualTo(403);
    assertThat(values(other)).isEqualTo("{}");
    assertThat(service.post(store + "/copies", body, limited).status()).isEqualTo(200);
    assertThat(values(other)).isEqualTo("{\"ui.a\":1,\"ui.b\":\"two\"}");
    assertThat(service.get(store + "/differences?with=" + other, elsewhere).status())
        .isEqualTo(403);
  }

  @Test
  void differences_haveBothSides() {
    post("/copies", to("{'prefix':'','toStore':OTHER}"));
    service.put("/v1/stores/" + other + "/keys/ui.a", "\"1\"", alice);
    service.put("/v1/stores/" + other + "/keys/ui.c", '"' + "é".repeat(200) + '"', alice);
    service.delete("/v1/stores/" + other + "/keys/ui.b", alice);
    JsonNode page = differences("", alice);
    assertThat(keys(page)).contains("ui.a", "ui.b", "ui.c").doesNotContain("secret");
    assertThat(page.path("same").asInt()).isEqualTo(1);
    assertThat(page.at("/items/0/left/type").asText()).isEqualTo("int32");
    assertThat(page.at("/items/0/right/type").asText()).isEqualTo("text");
    assertThat(page.at("/items/0/right/preview").asText()).isEqualTo("\"1\"");
    assertThat(page.at("/items/1/right").isNull()).isTrue();
    assertThat(page.at("/items/2/left").isNull()).isTrue();
    JsonNode cut = page.at("/items/2/right");
    assertThat(cut.path("preview").asText()).isEqualTo('"' + "é".repeat(159));
    assertThat(cut.path("cut").asBoolean()).isTrue();
    assertThat(cut.path("bytes").asInt()).isEqualTo(402);

    Reply first = service.get(store + "/differences?limit=2&with=" + other, alice);
    assertThat(first.json().path("next").asText()).isEqualTo("ui.b");
    assertThat(first.header("Link")).contains("after=ui.b", "with=" + other);
    assertThat(differences("&after=ui.b", alice).path("items")).hasSize(1);
  }

  @Test
  void limitedToken_seesWhatItMaySeeOnBothSides() {
    service.put("/v1/stores/" + other + "/keys/ui.b", "2", alice);
    service.put("/v1/stores/" + other + "/keys/secret", "4", alice);
    JsonNode page = differences("", limited);
    assertThat(page.path("items")).hasSize(2);
    assertThat(page.toString()).doesNotContain("secret");
    // Of keys that it may see on one side, it must not think that the other side has none.
    assertThat(differences("&prefix=&withPrefix=u", limited).path("items")).isEmpty();
    assertThat(service
            .get(store + "/differences?prefix=ui.&withPrefix=sec&with=" + other, limited)
            .status())
        .isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?with=a/b", "?with=a&withPrefix=%00", "?with=a&at=now"})
  void malformedDifferences_areRefused(String query) {
    assertThat(get("/differences" + query).status()).isEqualTo(400);
  }

  @Test
  void copies_areAudited() {
    try (AuditLines audit = AuditLines.listen()) {
      post("/copies?dryRun=true", to("{'prefix':'ui.','toStore':OTHER}"));
      post("/copies", to("{'prefix':'ui.','toStore':OTHER}"));
      post("/copies", to("{'prefix':'ui.','toStore':OTHER,'toPrefix':'/'}"));
      assertThat(audit.all().stream()
              .filter(line -> line.path("store").asText().equals(name))
              .map(line -> line.path("event").asText() + " "
                  + line.path("subject").asText() + " " + line.path("outcome").asText()))
          .containsExactly("copied " + other + " done", "copied " + other + " failed");
      assertThat(audit.text()).doesNotContain("ui.a");
    }
  }
}
