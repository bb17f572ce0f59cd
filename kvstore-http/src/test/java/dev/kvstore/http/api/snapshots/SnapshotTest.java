package dev.kvstore.http.api.snapshots;

import static dev.kvstore.http.Records.with;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvstore.HistorySettings;
import dev.kvstore.http.Reply;
import dev.kvstore.http.TestService;
import dev.kvstore.http.auth.AccessControl;
import dev.kvstore.http.auth.Limits;
import dev.kvstore.http.auth.Role;
import dev.kvstore.http.auth.TestTokens;
import dev.kvstore.http.server.ServerSettings;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.sqlite.SqliteConfig;
import dev.kvstore.internal.sqlite.SqliteEntryDatabase;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.ValueLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bson.BsonDateTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotTest {
  private static final String APP = "/v1/stores/app";
  private static final String SNAPSHOT = APP + "/snapshot";

  @TempDir
  private Path folder;

  private final TestTokens tokens = new TestTokens();
  private final String admin = tokens.add("admin", Role.ADMIN, Limits.NONE);
  private final String writer = tokens.add("writer", Role.WRITE, Limits.NONE);
  private final String ofUi = tokens.add("ofUi", Role.WRITE, new Limits(List.of(), List.of("ui.")));
  private EntryDatabase database;
  private TestService service;

  @BeforeEach
  void start() {
    database = SqliteEntryDatabase.open(
        folder.resolve("test.db"), SqliteConfig.DEFAULT.history(HistorySettings.DEFAULT));
    service = TestService.start(
        database,
        with(
            with(ServerSettings.DEFAULT, "limits", new ValueLimits(256, 5)),
            "maxImportBytes",
            100_000L),
        new AccessControl(tokens.authenticator(), null, false));
    service.put(APP + "/values", "{\"ui.a\":1,\"ui.b\":{\"c\":[true]},\"x\":\"y\"}", admin);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private Reply get(String query, String... headers) {
    return service.get(SNAPSHOT + query, as(admin, headers));
  }

  private Reply put(String query, String body, String... headers) {
    return service.put(SNAPSHOT + query, body, as(admin, headers));
  }

  private static String[] as(String token, String... headers) {
    String[] all = Arrays.copyOf(headers, headers.length + 1);
    all[headers.length] = token;
    return all;
  }

  private String value(String key) {
    return service.get(APP + "/keys/" + key, admin).text();
  }

  private void storeDate(String key) {
    TypedKVStore.over(database.store("app"), BsonCodec.create())
        .set(key, BsonValues.ofBsonValue(new BsonDateTime(0)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?format=json | | application/json",
        "?format=yaml | | application/yaml",
        "?format=properties | | text/x-java-properties;charset=utf-8",
        "?format=exact | | application/x-ndjson",
        "?format=exact&metadata=true | | application/x-ndjson",
        "?format=json&metadata=true | | application/json",
        "'' | Accept: text/yaml, application/json;q=0.5 | application/yaml",
        "'' | Accept: */* | application/json",
      })
  void export_comesBack_asItWas(String query, String header, String type) {
    Reply exported = header == null ? get(query) : get(query, header);
    assertThat(exported.status()).isEqualTo(200);
    assertThat(exported.complete()).isTrue();
    assertThat(exported.header("Content-Type")).isEqualTo(type);
    assertThat(exported.header("KV-Losses")).isEqualTo("0");
    Reply imported = service.put(
        "/v1/stores/copy/snapshot" + query, exported.text(), admin, "Content-Type: " + type);
    assertThat(imported.json().path("created").asInt()).as(imported.text()).isEqualTo(3);
    assertThat(service.get("/v1/stores/copy/values", admin).text())
        .isEqualTo(service.get(APP + "/values", admin).text());
    assertThat(put(query, exported.text(), "Content-Type: " + type).text())
        .isEqualTo("{\"created\":0,\"changed\":0,\"unchanged\":3,\"deleted\":0,\"failed\":0,"
            + "\"dryRun\":false,\"items\":[]}");
  }

  @Test
  void export_countsWhatTheFormatCannotHold() {
    storeDate("ui.date");
    assertThat(get("").header("KV-Losses")).isEqualTo("1");
    assertThat(get("?format=exact").header("KV-Losses")).isEqualTo("0");
    service.put(APP + "/keys/x?ttl=PT1H", "1", admin);
    assertThat(get("?format=exact").header("KV-Losses")).isEqualTo("1");
    assertThat(get("?format=exact&metadata=true").header("KV-Losses")).isEqualTo("0");
    assertThat(get("?prefix=ui.a").text()).isEqualTo("{\n  \"ui.a\": 1\n}");
    assertThat(get("?format=xml").code()).isEqualTo("invalid-parameter");
    assertThat(get("", "Accept: image/png").code()).isEqualTo("not-acceptable");
    assertThat(service.send("HEAD", SNAPSHOT, null, admin).status()).isEqualTo(200);
  }

  @Test
  void export_ofALimitedToken_hasNothingElse() {
    assertThat(service.get(SNAPSHOT + "?format=properties", ofUi).text())
        .isEqualTo("ui.a=1\nui.b={\"c\"\\:[true]}");
    assertThat(service.get(SNAPSHOT + "?prefix=x", ofUi).text()).isEqualTo("{ }");
  }

  @Test
  void modes_mergeAddAndReplace() {
    assertThat(put("?mode=defaults", "{\"x\":1,\"z\":2}").json().path("created").asInt())
        .isEqualTo(1);
    assertThat(value("x")).isEqualTo("\"y\"");
    assertThat(put("", "{\"x\":1}").text())
        .contains("\"changed\":1")
        .contains(
            "{\"key\":\"x\",\"change\":\"changed\",\"from\":\"\\\"y\\\"\",\"to\":\"1\",\"line\":1}");
    JsonNode replaced = put("?mode=replace", "{\"z\":2,\n\"a\":3}").json();
    assertThat(replaced.path("created").asInt()).isEqualTo(1);
    assertThat(replaced.path("unchanged").asInt()).isEqualTo(1);
    assertThat(replaced.path("deleted").asInt()).isEqualTo(3);
    assertThat(service.get(APP + "/values", admin).text()).isEqualTo("{\"a\":3,\"z\":2}");
    assertThat(put("?mode=replace&prefix=q.", "a=1", "Content-Type: text/plain").text())
        .contains("\"deleted\":0");
    assertThat(put("?mode=delete", "{}").code()).isEqualTo("invalid-parameter");
  }

  @Test
  void dryRun_writesNothing_andItsFingerprintImportsJustThat() {
    String body = "{\"ui.a\":2,\"new\":1}";
    Reply preview = put("?mode=replace&dryRun=true", body);
    assertThat(preview.json().path("dryRun").asBoolean()).isTrue();
    assertThat(preview.json().path("deleted").asInt()).isEqualTo(2);
    assertThat(value("ui.a")).isEqualTo("1");
    String ifMatch = "If-Match: \"" + preview.json().path("fingerprint").asText() + '"';
    assertThat(put("?mode=merge", body, ifMatch).code()).isEqualTo("precondition-failed");
    service.put(APP + "/keys/x", "7", admin);
    assertThat(put("?mode=replace", body, ifMatch).code()).isEqualTo("precondition-failed");
    assertThat(value("ui.a")).isEqualTo("1");
    String now =
        put("?mode=replace&dryRun=true", body).json().path("fingerprint").asText();
    Reply done = put("?mode=replace", body, "If-Match: \"" + now + '"');
    assertThat(done.json().path("deleted").asInt()).as(done.text()).isEqualTo(2);
    assertThat(done.json().path("failed").asInt()).isZero();
    assertThat(service.get(APP + "/values", admin).text()).isEqualTo("{\"new\":1,\"ui.a\":2}");
  }

  @Test
  void badEntries_areAllReported_andNothingIsWritten() {
    Reply refused = put("?format=yaml", "a: 1\nb//c: 2\nd: '" + "x".repeat(300) + "'\na: 4\n");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.code()).isEqualTo("validation-failed");
    assertThat(refused.json().path("problems").findValuesAsText("line"))
        .containsExactly("2", "3", "4");
    assertThat(refused.json().path("problems").findValuesAsText("key"))
        .containsExactly("", "d", "a");
    assertThat(service.get(APP + "/keys/a", admin).status()).isEqualTo(404);
    assertThat(put("", "{\"a\":\n").json().path("problems").path(0).path("line").asInt())
        .isEqualTo(2);
    assertThat(put("", "").status()).isEqualTo(400);
  }

  @Test
  void limitedToken_importsItsKeys_andNothingElse() {
    assertThat(service.put(SNAPSHOT, "{\"ui.a\":5}", ofUi).status()).isEqualTo(200);
    Reply refused = service.put(SNAPSHOT, "{\"ui.a\":6,\"x\":6}", ofUi);
    assertThat(refused.code()).isEqualTo("forbidden");
    assertThat(refused.json().path("key").asText()).isEqualTo("x");
    assertThat(value("ui.a")).isEqualTo("5");
    assertThat(service.put(SNAPSHOT + "?mode=replace", "{\"ui.a\":6}", ofUi).code())
        .isEqualTo("forbidden");
    assertThat(service.put(SNAPSHOT + "?mode=replace", "{\"ui.a\":6}", writer).code())
        .isEqualTo("forbidden");
    assertThat(value("ui.b")).isEqualTo("{\"c\":[true]}");
    assertThat(service
            .put(SNAPSHOT + "?mode=replace&prefix=ui.", "{\"ui.a\":6}", ofUi)
            .json()
            .path("deleted")
            .asInt())
        .isEqualTo(1);
  }

  @Test
  void authorOfTheSnapshot_isThatOfTheEntry_forAnAdministrator() {
    String line = "{\"key\":\"k\",\"value\":1,\"updatedBy\":\"alice\"}";
    service.put(SNAPSHOT + "?format=exact", line, writer);
    assertThat(author("k")).isEqualTo("writer");
    put("?format=exact", line.replace("1", "2"));
    assertThat(author("k")).isEqualTo("alice");
  }

  private String author(String key) {
    return service
        .get(APP + "/keys/" + key + "?view=entry", admin)
        .json()
        .path("updatedBy")
        .asText();
  }

  @Test
  void largeSnapshot_isKeptInAFile_whichIsDeleted() throws Exception {
    String body = IntStream.range(0, 4000)
        .mapToObj(i -> "\"k%05d\": %d".formatted(i, i))
        .collect(Collectors.joining(",\n", "{", "}"));
    List<Path> before = files();
    Reply imported = put("", body);
    assertThat(imported.json().path("created").asInt()).as(imported.text()).isEqualTo(4000);
    assertThat(imported.json().path("items").size()).isEqualTo(1000);
    assertThat(imported.json().path("more").asBoolean()).isTrue();
    assertThat(put("", body + " ".repeat(100_000)).code()).isEqualTo("too-large");
    assertThat(files()).isEqualTo(before);
    Reply exported = get("?format=exact&prefix=k");
    assertThat(exported.complete()).isTrue();
    assertThat(exported.text().lines().count()).isEqualTo(4000);
  }

  private static List<Path> files() throws Exception {
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(file -> file.toString().endsWith(".body")).toList();
    }
  }

  @Test
  void repeatedImport_isDoneOnce() {
    String etag = "KV-Etag: 6740f1000000000000000001";
    Reply first = put("", "{\"x\":1}", etag);
    service.put(APP + "/keys/x", "2", admin);
    Reply second = put("", "{\"x\":1}", etag);
    assertThat(second.header("KV-Replayed")).isEqualTo("true");
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(value("x")).isEqualTo("2");
    assertThat(put("", "{\"x\":3}", etag).code()).isEqualTo("repeated-write");
  }

  @Test
  void restore_makesTheSameStore_forAnAdministratorOfAllKeys() {
    String limited = tokens.add("limited", Role.ADMIN, new Limits(List.of(), List.of("ui.")));
    service.put(APP + "/keys/ui.a", "2", admin, "KV-Comment: why");
    service.send("DELETE", APP + "/keys/x", null, writer);
    service.put(APP + "/labels/now", "{}", admin);
    String query = "?format=exact&metadata=true&history=true";
    String snapshot = get(query).text() + "\n";
    String copy = "/v1/stores/copy/snapshot";
    String restore = copy + "?format=exact&mode=restore";

    for (String token : List.of(writer, ofUi, limited)) {
      assertThat(service.put(restore, snapshot, token).code()).isEqualTo("forbidden");
    }
    assertThat(service.put(copy + "?mode=restore", "{}", admin).code())
        .isEqualTo("invalid-parameter");
    assertThat(service.put(copy + "?format=exact", snapshot, admin).status()).isEqualTo(422);
    assertThat(service.put(restore + "&dryRun=true", snapshot, admin).json().path("created"))
        .hasToString("3");
    assertThat(service.put(restore, snapshot, admin).json().path("deleted")).hasToString("1");
    assertThat(service.get(copy + query, admin).text()).isEqualTo(snapshot.strip());
    assertThat(service.get("/v1/stores/copy/keys?values=true", admin).text())
        .isEqualTo(service.get(APP + "/keys?values=true", admin).text());
    assertThat(service.get(copy + query, ofUi).text()).contains("ui.a").doesNotContain("\"x\"");
    assertThat(
            service.get("/v1/stores/copy/changes?metadata=true", admin).json().path("items"))
        .isEqualTo(service.get(APP + "/changes?metadata=true", admin).json().path("items"));
    assertThat(service.get(APP + "/changes?metadata=true", admin).text()).contains("createdAt");
    service.put("/v1/stores/copy/keys/y", "1", admin);
    Reply refused = service.put(restore, snapshot, admin);
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.text()).contains("is in use").contains("'y'");
    assertThat(get("?history=true").code()).isEqualTo("invalid-parameter");
    assertThat(get(query + "&at=now").code()).isEqualTo("invalid-parameter");
  }
}
