package dev.kvstore.client.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.client.HttpSettings;
import dev.kvstore.client.TestStores;
import dev.kvstore.client.testing.Bodies;
import dev.kvstore.client.testing.Reply;
import dev.kvstore.client.testing.Request;
import dev.kvstore.client.testing.ScriptedService;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the requests on the wire and the handling of valid responses. */
class RequestsTest {
  private static final BsonString DARK = new BsonString("dark");
  private static final RawValue VALUE = Bodies.value(DARK);
  private static final KVMetadata METADATA = KVMetadata.of(
      "k",
      7,
      "e7",
      Instant.ofEpochMilli(1000),
      Instant.ofEpochMilli(2000),
      "alice",
      Instant.ofEpochMilli(3000));

  private static ScriptedService answering(int status, BsonDocument body) {
    return ScriptedService.answering(Reply.bson(status, body));
  }

  private static BsonDocument page(List<? extends BsonValue> items) {
    return new BsonDocument("items", new BsonArray(items));
  }

  @Nested
  class Read {
    @Test
    void read_present_asksForTheEntryInBson() {
      try (ScriptedService service = answering(200, Bodies.entry("k", DARK));
          RawStore store = service.store()) {
        assertThat(store.read("k")).contains(KVEntry.of(VALUE, METADATA));
        Request request = service.onlyRequest();
        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.path()).isEqualTo("keys/k?view=entry");
        assertThat(request.header("Accept")).isEqualTo("application/bson");
      }
    }

    @Test
    void read_nullValue_isPresent() {
      BsonDocument entry = Bodies.entry("k", BsonNull.VALUE)
          .append("updatedBy", BsonNull.VALUE)
          .append("expiresAt", BsonNull.VALUE);
      try (ScriptedService service = answering(200, entry);
          RawStore store = service.store()) {
        KVEntry<RawValue> read = store.read("k").orElseThrow();
        assertThat(read.value()).isEqualTo(Bodies.value(BsonNull.VALUE));
        assertThat(read.updatedBy()).isEmpty();
        assertThat(read.expiresAt()).isEmpty();
      }
    }

    @Test
    void read_memberOfALaterVersion_isSkipped() {
      BsonDocument entry = Bodies.entry("k", DARK).append("labels", new BsonArray());
      try (ScriptedService service = answering(200, entry);
          RawStore store = service.store()) {
        assertThat(store.read("k")).contains(KVEntry.of(VALUE, METADATA));
      }
    }

    @Test
    void read_keyNotFound_isEmpty() {
      try (ScriptedService service =
              ScriptedService.answering(Reply.problem(404, "key-not-found", ""));
          RawStore store = service.store()) {
        assertThat(store.read("k")).isEmpty();
      }
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "a b", "100%", "%41", "%2F", "a?b", "a#b", "a;b", "a+b", "a:b", "'\"`", "a&b=c", "a\\b",
          "[x]", "{}", "<>", "|^", "é", "😀", "שלום/عالم", "a/b/c", "...", "~a", "\u00a0", "*"
        })
    void read_hostileKey_comesThroughTheUrl(String key) {
      try (ScriptedService service = answering(200, Bodies.entry(key, DARK));
          RawStore store = service.store()) {
        assertThat(store.read(key)).isPresent();
        String sent = service.onlyRequest().path();
        String encoded = sent.substring("keys/".length(), sent.indexOf('?'));
        assertThat(encoded).matches("([A-Za-z0-9._~/-]|%[0-9A-F]{2})+");
        assertThat(URLDecoder.decode(encoded, StandardCharsets.UTF_8)).isEqualTo(key);
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/proxied/kv", "/proxied/kv/", "/pr%20x//"})
    void read_serviceBelowAPath_keepsThePath(String path) {
      try (ScriptedService service = answering(200, Bodies.entry("k", DARK));
          RawStore store = RawStore.of(
              TestStores.of(URI.create(service.uri() + path), HttpSettings.DEFAULT, 100_000))) {
        assertThat(store.read("k")).isPresent();
        assertThat(service.onlyRequest().uri())
            .isEqualTo(path.replaceFirst("/+$", "") + "/v1/stores/s/keys/k?view=entry");
      }
    }
  }

  @Nested
  class ReadMany {
    @Test
    void readMany_someAbsent_returnsThosePresent() {
      try (ScriptedService service = answering(200, page(List.of(Bodies.entry("k", DARK))));
          RawStore store = service.store()) {
        assertThat(store.readMany(List.of("k", "a&b", "k")))
            .containsExactly(KVEntry.of(VALUE, METADATA));
        assertThat(service.onlyRequest().path()).isEqualTo("keys?values=true&key=k&key=a%26b");
      }
    }

    @Test
    void readMany_none_asksNothing() {
      try (ScriptedService service = answering(200, page(List.of()));
          RawStore store = service.store()) {
        assertThat(store.readMany(List.of())).isEmpty();
        assertThat(service.requests).isEmpty();
      }
    }

    @Test
    void readMany_thousandsOfKeys_goInSeveralRequestsOfModestLength() {
      List<String> keys = IntStream.range(0, 3000).mapToObj(i -> "key/ü/" + i).toList();
      try (ScriptedService service = new ScriptedService(request -> Reply.bson(
              200,
              page(keysIn(request).stream().map(key -> Bodies.entry(key, DARK)).toList())));
          RawStore store = service.store()) {
        assertThat(store.readMany(keys)).extracting(KVEntry::key).containsExactlyElementsOf(keys);
        assertThat(service.requests)
            .hasSizeGreaterThan(10)
            .allSatisfy(request -> assertThat(request.uri().length()).isLessThan(6500));
      }
    }

    @Test
    void readMany_valuesTooLargeForOneAnswer_asksForHalves() {
      BsonBinary large = new BsonBinary(new byte[40_000]);
      List<String> keys = List.of("a", "b", "c", "d", "e");
      try (ScriptedService service = new ScriptedService(request -> Reply.bson(
              200,
              page(keysIn(request).stream().map(key -> Bodies.entry(key, large)).toList())));
          RawStore store =
              RawStore.of(TestStores.of(service.uri(), HttpSettings.DEFAULT, 100_000))) {
        assertThat(store.readMany(keys)).extracting(KVEntry::key).containsExactlyElementsOf(keys);
      }
    }

    private static List<String> keysIn(Request request) {
      return Arrays.stream(
              request.uri().substring(request.uri().indexOf('?') + 1).split("&", -1))
          .filter(parameter -> parameter.startsWith("key="))
          .map(parameter -> URLDecoder.decode(parameter.substring(4), StandardCharsets.UTF_8))
          .toList();
    }
  }

  @Nested
  class Scan {
    @Test
    void scan_rangeAndLimit_areParameters() {
      BsonDocument page =
          page(List.of(Bodies.entry("k", DARK))).append("next", new BsonString("k"));
      try (ScriptedService service = answering(200, page);
          RawStore store = service.store()) {
        assertThat(store.scan(new KeyRange("a/ü ", "a&"), 5))
            .isEqualTo(new KVPage<>(List.of(KVEntry.of(VALUE, METADATA)), Optional.of("k")));
        assertThat(service.onlyRequest().path())
            .isEqualTo("keys?prefix=a%2F%C3%BC%20&after=a%26&limit=5&values=true");
      }
    }

    @Test
    void scanMetadata_all_needsNoValues() {
      try (ScriptedService service = answering(200, page(List.of(Bodies.metadata("k"))));
          RawStore store = service.store()) {
        assertThat(store.scanMetadata(KeyRange.ALL, 1000))
            .isEqualTo(new KVPage<>(List.of(METADATA), Optional.empty()));
        assertThat(service.onlyRequest().path()).isEqualTo("keys?limit=1000");
      }
    }

    @Test
    void scanKeys_all_areTexts() {
      BsonDocument page =
          page(List.of(new BsonString("a"), new BsonString("b"))).append("next", BsonNull.VALUE);
      try (ScriptedService service = answering(200, page);
          RawStore store = service.store()) {
        assertThat(store.scanKeys(KeyRange.ALL, 2))
            .isEqualTo(new KVPage<>(List.of("a", "b"), Optional.empty()));
        assertThat(service.onlyRequest().path()).isEqualTo("keys?limit=2&view=keys");
      }
    }
  }

  @Nested
  class Writes {
    @Test
    void write_plain_sendsTheValueInBsonAndNoCondition() {
      try (ScriptedService service = answering(201, Bodies.metadata("k"));
          RawStore store = service.store()) {
        assertThat(store.write(new Write("k", VALUE, WriteOptions.DEFAULT))).isEqualTo(METADATA);
        Request request = service.onlyRequest();
        assertThat(request.method()).isEqualTo("PUT");
        assertThat(request.path()).isEqualTo("keys/k");
        assertThat(request.header("Content-Type")).isEqualTo("application/bson");
        assertThat(request.body()).isEqualTo(new BsonDocument("value", DARK));
        assertThat(request.headers()).doesNotContainKeys("If-match", "If-none-match", "Kv-author");
      }
    }

    @Test
    void write_timeToLiveAndAuthor_areSent() {
      WriteOptions options =
          WriteOptions.DEFAULT.ttl(Duration.ofMillis(90_061_001)).author("Jö %");
      try (ScriptedService service = answering(200, Bodies.metadata("k"));
          RawStore store = service.store()) {
        store.write(new Write("k", VALUE, options));
        assertThat(service.onlyRequest().path()).isEqualTo("keys/k?ttl=PT25H1M1.001S");
        assertThat(service.onlyRequest().header("KV-Author")).isEqualTo("J%C3%B6%20%25");
      }
    }

    @Test
    void write_ifMatch_quotesTheEtag() {
      assertThat(headerOf(WriteCondition.ifMatch("6740f1"), "If-Match")).isEqualTo("\"6740f1\"");
    }

    @Test
    void write_ifPresent_matchesAny() {
      assertThat(headerOf(WriteCondition.IF_PRESENT, "If-Match")).isEqualTo("*");
    }

    @Test
    void write_ifAbsent_matchesNone() {
      assertThat(headerOf(WriteCondition.IF_ABSENT, "If-None-Match")).isEqualTo("*");
    }

    @ParameterizedTest
    @CsvSource({"'a\"b', '\"a%22b\"'", "'a\r\nX: 1', '\"a%0D%0AX%3A%201\"'", "é, '\"%C3%A9\"'"})
    void write_etagThatNoHeaderMayHold_isEncoded(String etag, String header) {
      assertThat(headerOf(WriteCondition.ifMatch(etag), "If-Match")).isEqualTo(header);
    }

    private static String headerOf(WriteCondition condition, String header) {
      try (ScriptedService service = answering(200, Bodies.metadata("k"));
          RawStore store = service.store()) {
        store.write(new Write("k", VALUE, WriteOptions.DEFAULT.condition(condition)));
        return Objects.requireNonNull(service.onlyRequest().header(header));
      }
    }

    @ParameterizedTest
    @CsvSource({"201, true", "200, false"})
    void setDefault_status_tellsWhetherItStored(int status, boolean stored) {
      try (ScriptedService service = answering(status, Bodies.entry("k", DARK));
          RawStore store = service.store()) {
        Write write = new Write(
            "k", VALUE, WriteOptions.ifPresent().ttl(Duration.ofHours(1)).author("alice"));
        assertThat(store.setDefault(write))
            .isEqualTo(new SetDefaultResult<>(KVEntry.of(VALUE, METADATA), stored));
        Request request = service.onlyRequest();
        assertThat(request.method()).isEqualTo("PUT");
        assertThat(request.path()).isEqualTo("defaults/k?ttl=PT1H");
        assertThat(request.body()).isEqualTo(new BsonDocument("value", DARK));
        assertThat(request.header("If-Match")).isNull();
        assertThat(request.header("KV-Author")).isEqualTo("alice");
      }
    }

    @Test
    void increment_by_isAnInt64() {
      try (ScriptedService service = answering(200, Bodies.entry("k", new BsonInt32(5)));
          RawStore store = service.store()) {
        WriteOptions options = WriteOptions.ifMatch("e6").ttl(Duration.ofSeconds(1));
        assertThat(store.increment("k", -2, options).value())
            .isEqualTo(Bodies.value(new BsonInt32(5)));
        Request request = service.onlyRequest();
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.path()).isEqualTo("counters/k?ttl=PT1S");
        assertThat(request.header("If-Match")).isEqualTo("\"e6\"");
        assertThat(request.body()).isEqualTo(new BsonDocument("by", new BsonInt64(-2)));
      }
    }
  }

  @Nested
  class WriteMany {
    private static final BsonDocument ONE_EACH =
        new BsonDocument("created", new BsonInt32(1)).append("replaced", new BsonInt64(1));

    @Test
    void writeMany_options_areSentAndValuesAreMembers() {
      Map<String, RawValue> values = new LinkedHashMap<>();
      values.put("$a.b", VALUE);
      values.put("ü", Bodies.value(new BsonDocument("x", new BsonInt32(1))));
      BatchOptions options =
          BatchOptions.DEFAULT.atomic().ttl(Duration.ofDays(1)).author("bob");
      try (ScriptedService service = answering(200, ONE_EACH);
          RawStore store = service.store()) {
        assertThat(store.writeMany(values, options)).isEqualTo(new BatchResult(1, 1));
        Request request = service.onlyRequest();
        assertThat(request.method()).isEqualTo("PUT");
        assertThat(request.path()).isEqualTo("values?ttl=PT24H&atomic=true");
        assertThat(request.header("KV-Author")).isEqualTo("bob");
        assertThat(request.body())
            .isEqualTo(new BsonDocument("$a.b", DARK)
                .append("ü", new BsonDocument("x", new BsonInt32(1))));
      }
    }

    @Test
    void writeMany_none_asksNothing() {
      try (ScriptedService service = answering(200, ONE_EACH);
          RawStore store = service.store()) {
        assertThat(store.writeMany(Map.of(), BatchOptions.DEFAULT.atomic()))
            .isEqualTo(new BatchResult(0, 0));
        assertThat(service.requests).isEmpty();
      }
    }

    @Test
    void writeMany_large_goesInPartsUnlessAtomic() {
      RawValue large = Bodies.value(new BsonBinary(new byte[1024 * 1024]));
      Map<String, RawValue> values = new LinkedHashMap<>();
      List<String> keys = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        values.put("k" + i, large);
        keys.add("k" + i);
      }
      try (ScriptedService service = answering(200, ONE_EACH);
          RawStore store = service.store()) {
        assertThat(store.writeMany(values, BatchOptions.DEFAULT)).isEqualTo(new BatchResult(3, 3));
        assertThat(service.requests)
            .flatExtracting(request -> Objects.requireNonNull(request.body()).keySet())
            .containsExactlyElementsOf(keys);
        service.requests.clear();
        assertThat(store.writeMany(values, BatchOptions.DEFAULT.atomic()))
            .isEqualTo(new BatchResult(1, 1));
      }
    }
  }

  @Nested
  class Delete {
    @Test
    void delete_present_isTrue() {
      try (ScriptedService service = ScriptedService.answering(Reply.empty(204));
          RawStore store = service.store()) {
        assertThat(store.delete("a b", WriteOptions.ifMatch("e7").author("bob")))
            .isTrue();
        Request request = service.onlyRequest();
        assertThat(request.method()).isEqualTo("DELETE");
        assertThat(request.path()).isEqualTo("keys/a%20b");
        assertThat(request.header("If-Match")).isEqualTo("\"e7\"");
        assertThat(request.header("KV-Author")).isEqualTo("bob");
        assertThat(request.body()).isNull();
      }
    }

    @Test
    void delete_absent_isFalse() {
      try (ScriptedService service =
              ScriptedService.answering(Reply.problem(404, "key-not-found", ""));
          RawStore store = service.store()) {
        assertThat(store.delete("k", WriteOptions.DEFAULT)).isFalse();
      }
    }
  }
}
