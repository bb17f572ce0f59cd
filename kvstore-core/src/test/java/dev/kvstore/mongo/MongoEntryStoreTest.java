package dev.kvstore.mongo;

import static dev.kvstore.mongo.RawValues.bson;
import static dev.kvstore.mongo.RawValues.int32;
import static dev.kvstore.mongo.RawValues.int64;
import static dev.kvstore.mongo.RawValues.json;
import static dev.kvstore.mongo.RawValues.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.mongodb.client.MongoCollection;
import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.Defaulted;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.StoreSummary;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.MongoTestServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.Assumptions;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MongoEntryStoreTest {
  private static MongoTestServer server;

  private final ManualClock clock = new ManualClock();
  private MongoEntryDatabase database;
  private EntryStore store;

  @BeforeAll
  static void startServer() {
    server = MongoTestServer.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void open() {
    database =
        MongoEntryDatabase.open(server.connectionString(), MongoSettings.DEFAULT.withClock(clock));
    store = database.store("settings");
  }

  @AfterEach
  void close() {
    server.client().getDatabase(server.database()).getCollection("settings").drop();
    server.client().getDatabase(server.database()).getCollection("other").drop();
    database.close();
  }

  private KVMetadata set(String key, RawValue value) {
    return set(key, value, WriteOptions.DEFAULT);
  }

  private KVMetadata set(String key, RawValue value, WriteOptions options) {
    return store.write(new Write(key, value, options));
  }

  private KVEntry<RawValue> read(String key) {
    return store.read(key).orElseThrow();
  }

  private MongoCollection<Document> shell() {
    return server.client().getDatabase(server.database()).getCollection("settings");
  }

  private static WriteOptions ttl(int seconds) {
    return WriteOptions.DEFAULT.ttl(Duration.ofSeconds(seconds));
  }

  // write

  @Test
  void write_absent_createsVersionOneAndReturnsItsMetadata() {
    KVMetadata metadata = set("a", text("x"), ttl(60).author("alice"));

    assertThat(metadata.version()).isEqualTo(1);
    assertThat(metadata.createdAt()).isEqualTo(clock.instant());
    assertThat(metadata.updatedAt()).isEqualTo(clock.instant());
    assertThat(metadata.updatedBy()).isEqualTo("alice");
    assertThat(metadata.expiresAt()).isEqualTo(clock.instant().plusSeconds(60));
    assertThat(read("a")).isEqualTo(new KVEntry<>(text("x"), metadata));
  }

  @Test
  void write_present_replacesAndClearsExpiryAndAuthor() {
    KVMetadata first = set("a", text("x"), ttl(60).author("alice"));
    clock.advance(Duration.ofSeconds(1));

    KVMetadata second = set("a", text("y"));

    assertThat(second.version()).isEqualTo(2);
    assertThat(second.etag()).isNotEqualTo(first.etag());
    assertThat(second.createdAt()).isEqualTo(first.createdAt());
    assertThat(second.updatedAt()).isEqualTo(first.updatedAt().plusSeconds(1));
    assertThat(second.updatedBy()).isNull();
    assertThat(second.expiresAt()).isNull();
    assertThat(read("a")).isEqualTo(new KVEntry<>(text("y"), second));
  }

  @Test
  void write_storesTheDocumentThatPeopleFindInTheShell() {
    KVMetadata metadata =
        set("ui.theme", json("{\"a\": [1, {\"b\": null}]}"), ttl(60).author("al"));

    Document document = shell().find(new Document("_id", "ui.theme")).first();

    assertThat(document)
        .containsOnlyKeys(
            "_id", "value", "version", "etag", "createdAt", "updatedAt", "updatedBy", "expiresAt")
        .containsEntry("version", 1L)
        .containsEntry("value", Document.parse("{\"a\": [1, {\"b\": null}]}"))
        .containsEntry("etag", new org.bson.types.ObjectId(metadata.etag()));
  }

  @Test
  void write_overDeadDocument_isACreate() {
    set("a", text("x"));
    KVMetadata dead = set("a", text("x"), ttl(1).author("alice"));
    clock.advance(Duration.ofSeconds(2));

    KVMetadata created = set("a", text("y"));

    assertThat(created.version()).isEqualTo(1);
    assertThat(created.createdAt()).isEqualTo(clock.instant()).isAfter(dead.createdAt());
    assertThat(created.updatedBy()).isNull();
    assertThat(read("a")).isEqualTo(new KVEntry<>(text("y"), created));
  }

  @Test
  void write_dollarNames_comeBackAndAreFoundEscaped() {
    RawValue value = json("{\"$a\": {\"x\": [{\"$set\": 1}]}, \"＄b\": 1, \"c.d\": 2, \"\": 3}");

    set("a", value);

    assertThat(read("a").value()).isEqualTo(value);
    assertThat(shell().find().first().get("value", Document.class)).containsKeys("＄$a", "＄＄b");
  }

  // conditions

  @Test
  void writeIfAbsent_present_failsWithThePresentEtag() {
    KVMetadata present = set("a", text("x"));

    assertThatThrownBy(() -> set("a", text("y"), WriteOptions.ifAbsent()))
        .isInstanceOfSatisfying(
            PreconditionFailedException.class,
            e -> assertThat(e.presentEtag()).contains(present.etag()));
    assertThat(read("a").metadata()).isEqualTo(present);
  }

  @Test
  void writeIfAbsent_absentOrDead_creates() {
    assertThat(set("a", text("x"), WriteOptions.ifAbsent().ttl(Duration.ofSeconds(1)))
            .version())
        .isEqualTo(1);
    clock.advance(Duration.ofSeconds(1));

    KVMetadata created = set("a", text("y"), WriteOptions.ifAbsent());

    assertThat(created.version()).isEqualTo(1);
    assertThat(read("a")).isEqualTo(new KVEntry<>(text("y"), created));
  }

  @Test
  void writeIfPresent_present_replaces() {
    set("a", text("x"));

    assertThat(set("a", text("y"), WriteOptions.ifPresent()).version()).isEqualTo(2);
  }

  @Test
  void writeIfPresent_absentOrDead_fails() {
    set("dead", text("x"), ttl(1));
    clock.advance(Duration.ofSeconds(1));

    for (String key : List.of("absent", "dead")) {
      assertThatThrownBy(() -> set(key, text("y"), WriteOptions.ifPresent()))
          .isInstanceOfSatisfying(
              PreconditionFailedException.class,
              e -> assertThat(e.presentEtag()).isEmpty());
      assertThat(store.read(key)).isEmpty();
    }
  }

  @Test
  void writeIfMatch_itsEtag_replaces() {
    KVMetadata first = set("a", text("x"));

    KVMetadata second = set("a", text("y"), WriteOptions.ifMatch(first.etag()));

    assertThat(second.version()).isEqualTo(2);
    assertThat(read("a").value()).isEqualTo(text("y"));
  }

  @Test
  void writeIfMatch_anotherOrIllegalEtag_failsWithThePresentEtag() {
    KVMetadata present = set("a", text("x"));

    for (String etag : List.of(
        "0123456789abcdef01234567",
        "no etag",
        "",
        present.etag().toUpperCase(java.util.Locale.ROOT))) {
      if (!etag.equals(present.etag())) {
        assertThatThrownBy(() -> set("a", text("y"), WriteOptions.ifMatch(etag)))
            .isInstanceOfSatisfying(
                PreconditionFailedException.class,
                e -> assertThat(e.presentEtag()).contains(present.etag()));
      }
    }
    assertThat(read("a").metadata()).isEqualTo(present);
  }

  @Test
  void writeIfMatch_dead_fails() {
    KVMetadata dead = set("a", text("x"), ttl(1));
    clock.advance(Duration.ofSeconds(1));

    assertThatThrownBy(() -> set("a", text("y"), WriteOptions.ifMatch(dead.etag())))
        .isInstanceOfSatisfying(
            PreconditionFailedException.class, e -> assertThat(e.presentEtag()).isEmpty());
  }

  // setDefault

  @Test
  void setDefault_absent_stores() {
    Defaulted defaulted =
        store.setDefault(new Write("a", json("{\"$x\": 1}"), ttl(60).author("al")));

    assertThat(defaulted.stored()).isTrue();
    assertThat(defaulted.entry()).isEqualTo(read("a"));
    assertThat(defaulted.entry().version()).isEqualTo(1);
    assertThat(defaulted.entry().expiresAt()).contains(clock.instant().plusSeconds(60));
    assertThat(defaulted.entry().value()).isEqualTo(json("{\"$x\": 1}"));
  }

  @Test
  void setDefault_present_keeps() {
    KVMetadata present = set("a", text("x"));

    Defaulted defaulted =
        store.setDefault(new Write("a", text("y"), WriteOptions.ifMatch("whatever")));

    assertThat(defaulted).isEqualTo(new Defaulted(new KVEntry<>(text("x"), present), false));
  }

  @Test
  void setDefault_dead_stores() {
    set("a", text("x"), ttl(1));
    clock.advance(Duration.ofSeconds(1));

    Defaulted defaulted = store.setDefault(new Write("a", text("y"), WriteOptions.DEFAULT));

    assertThat(defaulted.stored()).isTrue();
    assertThat(defaulted.entry().value()).isEqualTo(text("y"));
    assertThat(defaulted.entry().version()).isEqualTo(1);
  }

  // delete

  @Test
  void delete_presentAbsentDead_tellsWhetherThereWasOne() {
    set("a", text("x"));
    set("dead", text("x"), ttl(1));
    clock.advance(Duration.ofSeconds(1));

    assertThat(store.delete("a", WriteOptions.DEFAULT)).isTrue();
    assertThat(store.delete("a", WriteOptions.DEFAULT)).isFalse();
    assertThat(store.delete("dead", WriteOptions.DEFAULT)).isFalse();
    assertThat(store.read("a")).isEmpty();
  }

  @Test
  void delete_conditionHolds_deletes() {
    KVMetadata present = set("a", text("x"));
    set("b", text("x"));

    assertThat(store.delete("a", WriteOptions.ifMatch(present.etag()))).isTrue();
    assertThat(store.delete("b", WriteOptions.ifPresent())).isTrue();
    assertThat(store.delete("b", WriteOptions.ifAbsent())).isFalse();
  }

  @Test
  void delete_conditionDoesNotHold_failsAndKeeps() {
    KVMetadata present = set("a", text("x"));

    assertThatThrownBy(() -> store.delete("a", WriteOptions.ifMatch("0123456789abcdef01234567")))
        .isInstanceOfSatisfying(
            PreconditionFailedException.class,
            e -> assertThat(e.presentEtag()).contains(present.etag()));
    assertThatThrownBy(() -> store.delete("a", WriteOptions.ifAbsent()))
        .isInstanceOf(PreconditionFailedException.class);
    assertThatThrownBy(() -> store.delete("absent", WriteOptions.ifPresent()))
        .isInstanceOf(PreconditionFailedException.class);
    assertThat(read("a").metadata()).isEqualTo(present);
  }

  // increment

  @Test
  void increment_absent_countsFromZero() {
    KVEntry<RawValue> sum = store.increment("a", 5, ttl(60).author("al"));

    assertThat(sum.value()).isEqualTo(int32(5));
    assertThat(sum.version()).isEqualTo(1);
    assertThat(sum.expiresAt()).contains(clock.instant().plusSeconds(60));
    assertThat(sum.updatedBy()).contains("al");
    assertThat(read("a")).isEqualTo(sum);
  }

  @Test
  void increment_present_addsAndKeepsTheExpiry() {
    KVEntry<RawValue> first = store.increment("a", 5, ttl(60).author("al"));
    clock.advance(Duration.ofSeconds(1));

    KVEntry<RawValue> second = store.increment("a", -7, ttl(600));

    assertThat(second.value()).isEqualTo(int32(-2));
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.expiresAt()).isEqualTo(first.expiresAt());
    assertThat(second.createdAt()).isEqualTo(first.createdAt());
    assertThat(second.updatedAt()).isEqualTo(clock.instant());
    assertThat(second.updatedBy()).isEmpty();
  }

  @Test
  void increment_dead_countsFromZero() {
    store.increment("a", 5, ttl(1));
    clock.advance(Duration.ofSeconds(1));

    KVEntry<RawValue> sum = store.increment("a", 2, WriteOptions.DEFAULT);

    assertThat(sum.value()).isEqualTo(int32(2));
    assertThat(sum.version()).isEqualTo(1);
    assertThat(sum.expiresAt()).isEmpty();
  }

  @Test
  void increment_types_areThoseOfTheSum() {
    set("narrow", int32(Integer.MAX_VALUE));
    set("wide", int64(1));
    set("back", int32(Integer.MAX_VALUE));
    set("far", int32(5));

    assertThat(store.increment("narrow", 1, WriteOptions.DEFAULT).value())
        .isEqualTo(int64(1L + Integer.MAX_VALUE));
    assertThat(store.increment("wide", 1, WriteOptions.DEFAULT).value()).isEqualTo(int64(2));
    assertThat(store.increment("absent", 1L << 40, WriteOptions.DEFAULT).value())
        .isEqualTo(int64(1L << 40));
    assertThat(store
            .increment("back", -2L - Integer.MAX_VALUE, WriteOptions.DEFAULT)
            .value())
        .isEqualTo(int32(-2));
    assertThat(store.increment("far", 1L << 31, WriteOptions.DEFAULT).value())
        .isEqualTo(int64(5 + (1L << 31)));
    assertThat(read("back").version()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"text\"", "null", "1.5", "1.0", "{\"$numberDecimal\": \"1\"}", "[1]"})
  void increment_noWholeNumber_failsAndKeeps(String json) {
    KVMetadata present = set("a", json(json));

    assertThatThrownBy(() -> store.increment("a", 1, WriteOptions.DEFAULT))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("'a'");
    assertThatThrownBy(() -> store.increment("a", 1, WriteOptions.ifPresent()))
        .isInstanceOf(TypeMismatchException.class);
    assertThat(read("a")).isEqualTo(new KVEntry<>(json(json), present));
  }

  @Test
  void increment_pastInt64_failsAndKeeps() {
    KVMetadata present = set("a", int64(Long.MAX_VALUE));

    assertThatThrownBy(() -> store.increment("a", 1, WriteOptions.DEFAULT))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("64 bits");
    assertThatThrownBy(() -> store.increment("a", 1, WriteOptions.ifMatch(present.etag())))
        .isInstanceOf(TypeMismatchException.class);
    assertThat(read("a").metadata()).isEqualTo(present);
  }

  @Test
  void increment_conditions_areChecked() {
    KVMetadata present = set("a", int32(1));

    assertThatThrownBy(() -> store.increment("a", 1, WriteOptions.ifAbsent()))
        .isInstanceOf(PreconditionFailedException.class);
    assertThatThrownBy(() -> store.increment("b", 1, WriteOptions.ifPresent()))
        .isInstanceOf(PreconditionFailedException.class);
    assertThatThrownBy(() -> store.increment("a", 1, WriteOptions.ifMatch("no etag")))
        .isInstanceOfSatisfying(
            PreconditionFailedException.class,
            e -> assertThat(e.presentEtag()).contains(present.etag()));
    assertThat(store.increment("a", 1, WriteOptions.ifMatch(present.etag())).value())
        .isEqualTo(int32(2));
    assertThat(store.increment("a", 1, WriteOptions.ifPresent()).value()).isEqualTo(int32(3));
    assertThat(store.increment("c", 1, WriteOptions.ifAbsent()).value()).isEqualTo(int32(1));
  }

  // expiry

  @Test
  void expired_isAbsentEverywhere() {
    set("a", text("x"), ttl(1));
    set("b", text("x"));
    clock.advance(Duration.ofSeconds(1));

    assertThat(store.read("a")).isEmpty();
    assertThat(store.readMany(List.of("a", "b"))).extracting(KVEntry::key).containsExactly("b");
    assertThat(store.scan(KeyRange.ALL, 10).items()).extracting(KVEntry::key).containsExactly("b");
    assertThat(store.scanMetadata(KeyRange.ALL, 10).items())
        .extracting(KVMetadata::key)
        .containsExactly("b");
    assertThat(store.scanKeys(KeyRange.ALL, 10).items()).containsExactly("b");
    assertThat(database.stores()).containsExactly(new StoreSummary("settings", 1));
  }

  @Test
  void expiry_oneMillisecondBefore_isPresent() {
    set("a", text("x"), ttl(1));
    clock.advance(Duration.ofMillis(999));

    assertThat(store.read("a")).isPresent();
    assertThat(store.scanKeys(KeyRange.ALL, 10).items()).containsExactly("a");
  }

  // reading many

  @Test
  void readMany_someAbsentSomeTwice_returnsThoseThatAreThereOnce() {
    for (int i = 0; i < 5; i++) {
      set("k" + i, int32(i));
    }
    List<String> keys = new ArrayList<>(List.of("k1", "k3", "k1", "absent"));
    for (int i = 0; i < 2500; i++) {
      keys.add("none" + i);
    }

    assertThat(store.readMany(keys)).extracting(KVEntry::key).containsExactlyInAnyOrder("k1", "k3");
    assertThat(store.readMany(List.of())).isEmpty();
  }

  @Test
  void scans_pages_areInTheOrderOfUtf8() {
    List<String> keys = List.of("a", "p", "p.", "p.a", "p.～", "p.😀", "p/b", "q", "～", "😀");
    keys.forEach(key -> set(key, text(key)));

    for (int limit = 1; limit <= keys.size() + 1; limit++) {
      assertThat(allKeys(KeyRange.ALL, limit)).isEqualTo(keys);
      assertThat(allEntries(KeyRange.ALL, limit)).isEqualTo(keys);
    }
    assertThat(allKeys(new KeyRange("p.", null), 2)).containsExactly("p.", "p.a", "p.～", "p.😀");
    assertThat(allKeys(new KeyRange("p.", "p.a"), 2)).containsExactly("p.～", "p.😀");
    assertThat(allKeys(new KeyRange("p.", "a"), 2)).hasSize(4);
    assertThat(allKeys(new KeyRange("p.", "z"), 2)).isEmpty();
    assertThat(allEntries(new KeyRange("😀", null), 2)).containsExactly("😀");
  }

  private List<String> allKeys(KeyRange range, int limit) {
    List<String> keys = new ArrayList<>();
    KVPage<String> page = store.scanKeys(range, limit);
    while (true) {
      assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
      keys.addAll(page.items());
      if (page.nextAfter() == null) {
        return keys;
      }
      page = store.scanKeys(range.after(page.nextAfter()), limit);
    }
  }

  private List<String> allEntries(KeyRange range, int limit) {
    List<String> keys = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      KeyRange rest = next.map(range::after).orElse(range);
      KVPage<KVEntry<RawValue>> page = store.scan(rest, limit);
      assertThat(store.scanMetadata(rest, limit).items())
          .isEqualTo(page.items().stream().map(KVEntry::metadata).toList());
      page.items().forEach(entry -> {
        assertThat(entry.value()).isEqualTo(text(entry.key()));
        keys.add(entry.key());
      });
      next = page.next();
    } while (next.isPresent());
    return keys;
  }

  @Test
  void scan_largeValues_endsThePageEarly() {
    RawValue large = text("x".repeat(1024 * 1024));
    for (int i = 0; i < 7; i++) {
      set("k" + i, large);
    }

    KVPage<KVEntry<RawValue>> first = store.scan(KeyRange.ALL, 100);
    KVPage<KVEntry<RawValue>> rest =
        store.scan(KeyRange.ALL.after(first.next().orElseThrow()), 100);

    assertThat(first.items()).hasSizeBetween(3, 5);
    assertThat(rest.next()).isEmpty();
    assertThat(Stream.concat(first.items().stream(), rest.items().stream()).map(KVEntry::key))
        .containsExactly("k0", "k1", "k2", "k3", "k4", "k5", "k6");
  }

  @Test
  void scanKeys_manyDead_areLeftOutAndThePagesAreFull() {
    Map<String, RawValue> dying = new LinkedHashMap<>();
    for (int i = 0; i < 1200; i++) {
      dying.put("d%04d".formatted(i), int32(i));
    }
    store.writeMany(dying, BatchOptions.DEFAULT.ttl(Duration.ofSeconds(1)));
    set("a", text("x"));
    set("d0500x", text("x"));
    set("e", text("x"));
    clock.advance(Duration.ofSeconds(1));

    assertThat(store.scanKeys(KeyRange.ALL, 2).items()).containsExactly("a", "d0500x");
    assertThat(allKeys(KeyRange.ALL, 1)).containsExactly("a", "d0500x", "e");
    assertThat(store.scanKeys(new KeyRange("d05", null), 2))
        .isEqualTo(new KVPage<>(List.of("d0500x"), null));
  }

  // documents made by hand

  @Test
  void byHand_minimalDocument_isAnEntry() {
    shell().insertOne(Document.parse("{_id: 'a', value: 'x'}"));

    KVEntry<RawValue> entry = read("a");

    assertThat(entry.value()).isEqualTo(text("x"));
    assertThat(entry.version()).isZero();
    assertThat(entry.createdAt()).isEqualTo(Instant.EPOCH);
    assertThat(set("a", text("y"), WriteOptions.ifMatch(entry.etag())).version())
        .isEqualTo(1);
    assertThatThrownBy(() -> set("a", text("z"), WriteOptions.ifMatch(entry.etag())))
        .isInstanceOf(PreconditionFailedException.class);
  }

  @Test
  void byHand_oddMembers_neverBreakAScan() {
    shell()
        .insertMany(List.of(
            Document.parse(
                "{_id: 'a', value: 1, version: 'x', etag: 'x', createdAt: 1, expiresAt: 1}"),
            Document.parse("{_id: 'b', version: 3.0, updatedBy: 7, more: {a: [1]}}"),
            Document.parse("{_id: 17, value: 'number'}"),
            Document.parse("{_id: {k: 'x'}, value: 'document'}"),
            Document.parse("{_id: 'c//d', value: 'no key'}"),
            Document.parse("{_id: '', value: 'no key'}"),
            Document.parse("{_id: 'e', value: 'last'}")));

    assertThat(store.scan(KeyRange.ALL, 10).items())
        .extracting(KVEntry::key)
        .containsExactly("a", "b", "e");
    assertThat(allKeys(KeyRange.ALL, 1)).containsExactly("a", "b", "e");
    assertThat(read("b").version()).isEqualTo(3);
    assertThat(read("b").value()).isEqualTo(json("null"));
    assertThat(store.readMany(List.of("a", "b"))).hasSize(2);
  }

  @Test
  void byHand_valueEdited_keepsTheEtag() {
    KVMetadata written = set("a", text("x"));
    shell().updateOne(new Document("_id", "a"), Document.parse("{$set: {value: 'edited'}}"));

    assertThat(read("a")).isEqualTo(new KVEntry<>(text("edited"), written));
    assertThat(set("a", text("y"), WriteOptions.ifMatch(written.etag())).version())
        .isEqualTo(2);
  }

  // batches

  @Test
  void writeMany_newOldAndDead_countsThem() {
    set("old", text("x"));
    set("dead", text("x"), ttl(1));
    clock.advance(Duration.ofSeconds(1));

    BatchResult result = store.writeMany(
        Map.of("new", text("1"), "old", text("2"), "dead", json("{\"$a\": 1}")),
        BatchOptions.DEFAULT.author("al"));

    assertThat(result).isEqualTo(new BatchResult(2, 1));
    assertThat(read("old").version()).isEqualTo(2);
    assertThat(read("dead").version()).isEqualTo(1);
    assertThat(read("dead").value()).isEqualTo(json("{\"$a\": 1}"));
    assertThat(read("new").updatedBy()).contains("al");
  }

  @Test
  void writeMany_none_writesNothing() {
    assertThat(store.writeMany(Map.of(), BatchOptions.DEFAULT)).isEqualTo(new BatchResult(0, 0));
  }

  @Test
  void writeManyAtomic_standalone_isRefusedBeforeAnythingIsWritten() {
    Assumptions.assumeThat(server.hasTransactions())
        .as("needs a server that stands alone")
        .isFalse();

    assertThatThrownBy(() -> store.writeMany(Map.of("a", text("x")), BatchOptions.DEFAULT.atomic()))
        .isInstanceOf(AtomicNotSupportedException.class);
    assertThat(database.stores()).isEmpty();
  }

  @Test
  void writeManyAtomic_replicaSet_writesAll() {
    Assumptions.assumeThat(server.hasTransactions())
        .as("needs a replica set, named by KVSTORE_TEST_MONGODB_URI")
        .isTrue();
    set("old", text("x"));
    set("dead", text("x"), ttl(1));
    clock.advance(Duration.ofSeconds(1));

    BatchResult result = store.writeMany(
        Map.of("new", text("1"), "old", text("2"), "dead", text("3")),
        BatchOptions.DEFAULT.atomic());

    assertThat(result).isEqualTo(new BatchResult(2, 1));
    assertThat(read("old").version()).isEqualTo(2);
    assertThat(read("dead").version()).isEqualTo(1);
  }

  // races

  @Test
  void write_racingForAnAbsentKey_allSucceedInSomeOrder() throws Exception {
    for (int round = 0; round < 5; round++) {
      String key = "race" + round;
      List<KVMetadata> written = race(32, () -> set(key, text("x")));

      assertThat(written).extracting(KVMetadata::version).doesNotHaveDuplicates();
      assertThat(read(key).version()).isEqualTo(32);
    }
  }

  @Test
  void write_racingForADeadKey_exactlyOneCreates() throws Exception {
    set("a", text("old"), ttl(1));
    clock.advance(Duration.ofSeconds(1));

    List<KVMetadata> written = race(32, () -> set("a", text("x")));

    assertThat(written).extracting(KVMetadata::version).doesNotHaveDuplicates();
    assertThat(read("a").version()).isEqualTo(32);
  }

  @Test
  void setDefault_racing_oneStoresAndAllReturnIt() throws Exception {
    List<Defaulted> results = race(
        32,
        () -> store.setDefault(
            new Write("a", text(Thread.currentThread().getName()), WriteOptions.DEFAULT)));

    assertThat(results).filteredOn(Defaulted::stored).hasSize(1);
    assertThat(results).extracting(Defaulted::entry).containsOnly(read("a"));
  }

  @Test
  void increment_racing_losesNothing() throws Exception {
    race(32, () -> {
      for (int i = 0; i < 10; i++) {
        store.increment("a", 1, WriteOptions.DEFAULT);
      }
      return true;
    });

    assertThat(read("a").value()).isEqualTo(int32(320));
  }

  private static <T> List<T> race(int threads, Callable<T> task) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        futures.add(executor.submit(() -> {
          start.await();
          return task.call();
        }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } finally {
      executor.shutdownNow();
    }
  }

  // database

  @Test
  void stores_listsStoresWithTheirCounts() {
    set("a", text("x"));
    set("b", text("x"));
    database.store("other").write(new Write("a", text("x"), WriteOptions.DEFAULT));
    server
        .client()
        .getDatabase(server.database())
        .getCollection("no.store")
        .insertOne(new Document());
    shell().insertOne(new Document("_id", 1));

    assertThat(database.stores())
        .containsExactly(new StoreSummary("other", 1), new StoreSummary("settings", 2));
  }

  @Test
  void close_database_closesItsStores() {
    database.ping();
    database.close();
    database.close();

    assertThat(catchThrowableOfType(KVException.class, () -> store.read("a")).code())
        .isEqualTo(ErrorCode.CLOSED);
    assertThat(
            catchThrowableOfType(KVException.class, () -> set("a", text("x"))).code())
        .isEqualTo(ErrorCode.CLOSED);
    assertThat(catchThrowableOfType(KVException.class, () -> database.stores()).code())
        .isEqualTo(ErrorCode.CLOSED);
    assertThat(catchThrowableOfType(KVException.class, () -> database.ping()).code())
        .isEqualTo(ErrorCode.CLOSED);
  }

  @Test
  void close_store_leavesTheDatabaseOpen() {
    store.close();
    store.close();

    assertThat(catchThrowableOfType(KVException.class, () -> store.scanKeys(KeyRange.ALL, 1))
            .code())
        .isEqualTo(ErrorCode.CLOSED);
    assertThat(database.store("settings").read("a")).isEmpty();
  }

  @Test
  void close_broughtClient_staysOpen() {
    MongoEntryDatabase ours =
        MongoEntryDatabase.open(server.client(), server.database(), MongoSettings.DEFAULT);
    ours.store("settings").write(new Write("a", text("x"), WriteOptions.DEFAULT));
    ours.close();

    assertThat(shell().countDocuments()).isEqualTo(1);
  }

  @Test
  void firstWrite_makesTheIndexForExpiry() {
    Assumptions.assumeThat(server.isStandIn())
        .as("needs listIndexes of a MongoDB")
        .isFalse();
    set("a", text("x"));

    assertThat(shell().listIndexes())
        .anySatisfy(index -> assertThat(index)
            .containsEntry("name", "expiresAt_1")
            .containsEntry("expireAfterSeconds", 0L));
  }

  @Test
  void value_everyDepthAndNumber_comesBackExactly() {
    BsonDocument value = new BsonDocument(
            "n", new BsonArray(List.of(new BsonInt32(1), new BsonInt64(1))))
        .append("s", new BsonString("\u0000é😀"));
    set("a", RawValues.raw(value));

    assertThat(bson(read("a").value())).isEqualTo(value);
  }
}
