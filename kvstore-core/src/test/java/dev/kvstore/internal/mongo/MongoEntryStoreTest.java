package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.RawValues.bson;
import static dev.kvstore.internal.mongo.RawValues.json;
import static dev.kvstore.internal.mongo.RawValues.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoCollection;
import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.SyncToken;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import dev.kvstore.testing.StoreCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.Assumptions;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.Test;

class MongoEntryStoreTest extends MongoStoreFixture {
  @Test
  void syncToken_grows_whereThereAreClusterTimes() {
    set("a", text("x"));
    SyncToken written = store.syncToken();
    read("a");

    assertThat(written.equals(SyncToken.START)).isNotEqualTo(server.hasTransactions());
    assertThat(store.syncToken()).isGreaterThanOrEqualTo(written);
    assertThat(RawStore.of(store).read("a", ReadOptions.atLeast(store.syncToken())))
        .isPresent();
  }

  @Test
  void write_newDatabase_isGivenItsFormat() {
    MongoCollection<Document> internal =
        server.client().getDatabase(server.database()).getCollection("_kvstore");
    store.read("a");
    assertThat(internal.find().first()).isNull();
    set("a", text("x"));
    assertThat(internal.find().first())
        .isEqualTo(new Document("_id", "_format").append("version", 1).append("needs", "0.1.0"));
  }

  @Test
  void write_absent_createsVersionOneAndReturnsItsMetadata() {
    KVMetadata metadata = set("a", text("x"), ttl(60).author("alice"));

    assertThat(metadata.version()).isEqualTo(1);
    assertThat(metadata.createdAt()).isEqualTo(clock.instant());
    assertThat(metadata.updatedAt()).isEqualTo(clock.instant());
    assertThat(metadata.updatedBy()).contains("alice");
    assertThat(metadata.expiresAt()).contains(clock.instant().plusSeconds(60));
    assertThat(read("a")).isEqualTo(KVEntry.of(text("x"), metadata));
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
    assertThat(second.updatedBy()).isEmpty();
    assertThat(second.expiresAt()).isEmpty();
    assertThat(read("a")).isEqualTo(KVEntry.of(text("y"), second));
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
    assertThat(created.updatedBy()).isEmpty();
    assertThat(read("a")).isEqualTo(KVEntry.of(text("y"), created));
  }

  @Test
  void write_dollarNames_comeBackAndAreFoundEscaped() {
    RawValue value = json("{\"$a\": {\"x\": [{\"$set\": 1}]}, \"＄b\": 1, \"c.d\": 2, \"\": 3}");

    set("a", value);

    assertThat(read("a").value()).isEqualTo(value);
    assertThat(shell().find().first().get("value", Document.class)).containsKeys("＄$a", "＄＄b");
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
  void setDefault_dead_stores() {
    set("a", text("x"), ttl(1));
    clock.advance(Duration.ofSeconds(1));

    SetDefaultResult<RawValue> defaulted =
        RawStore.of(store).setDefault(new Write("a", text("y"), WriteOptions.DEFAULT));

    assertThat(defaulted.stored()).isTrue();
    assertThat(defaulted.entry().value()).isEqualTo(text("y"));
    assertThat(defaulted.entry().version()).isEqualTo(1);
  }

  @Test
  void expired_isAbsentEverywhere() {
    set("a", text("x"), ttl(1));
    set("b", text("x"));
    clock.advance(Duration.ofSeconds(1));

    assertThat(RawStore.of(store).read("a")).isEmpty();
    assertThat(RawStore.of(store).readMany(List.of("a", "b")))
        .extracting(KVEntry::key)
        .containsExactly("b");
    assertThat(RawStore.of(store).scan(KeyRange.ALL, 10).items())
        .extracting(KVEntry::key)
        .containsExactly("b");
    assertThat(RawStore.of(store).scanMetadata(KeyRange.ALL, 10).items())
        .extracting(KVMetadata::key)
        .containsExactly("b");
    assertThat(RawStore.of(store).scanKeys(KeyRange.ALL, 10).items()).containsExactly("b");
    assertThat(StoreCounts.of(database)).isEqualTo(Map.of("settings", 1L));
  }

  @Test
  void expiry_oneMillisecondBefore_isPresent() {
    set("a", text("x"), ttl(1));
    clock.advance(Duration.ofMillis(999));

    assertThat(RawStore.of(store).read("a")).isPresent();
    assertThat(RawStore.of(store).scanKeys(KeyRange.ALL, 10).items()).containsExactly("a");
  }

  @Test
  void writeMany_newOldAndDead_countsThem() {
    set("old", text("x"));
    set("dead", text("x"), ttl(1));
    clock.advance(Duration.ofSeconds(1));

    BatchResult result = RawStore.of(store)
        .writeMany(
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
    assertThat(RawStore.of(store).writeMany(Map.of(), BatchOptions.DEFAULT))
        .isEqualTo(new BatchResult(0, 0));
  }

  @Test
  void writeManyAtomic_standalone_isRefusedBeforeAnythingIsWritten() {
    Assumptions.assumeThat(server.hasTransactions())
        .as("needs a server that stands alone")
        .isFalse();

    assertThatThrownBy(() ->
            RawStore.of(store).writeMany(Map.of("a", text("x")), BatchOptions.DEFAULT.atomic()))
        .isInstanceOf(AtomicNotSupportedException.class);
    assertThat(database.storeNames()).isEmpty();
  }

  @Test
  void writeManyAtomic_replicaSet_writesAll() {
    Assumptions.assumeThat(server.hasTransactions())
        .as("needs a replica set, named by KVSTORE_TEST_MONGODB_URI")
        .isTrue();
    set("old", text("x"));
    set("dead", text("x"), ttl(1));
    clock.advance(Duration.ofSeconds(1));

    BatchResult result = RawStore.of(store)
        .writeMany(
            Map.of("new", text("1"), "old", text("2"), "dead", text("3")),
            BatchOptions.DEFAULT.atomic());

    assertThat(result).isEqualTo(new BatchResult(2, 1));
    assertThat(read("old").version()).isEqualTo(2);
    assertThat(read("dead").version()).isEqualTo(1);
  }

  @Test
  void write_racingForADeadKey_exactlyOneCreates() throws Exception {
    set("a", text("old"), ttl(1));
    clock.advance(Duration.ofSeconds(1));

    List<KVMetadata> written = race(32, () -> set("a", text("x")));

    assertThat(written).extracting(KVMetadata::version).doesNotHaveDuplicates();
    assertThat(read("a").version()).isEqualTo(32);
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

  @Test
  void value_everyDepthAndNumber_comesBackExactly() {
    BsonDocument value = new BsonDocument(
            "n", new BsonArray(List.of(new BsonInt32(1), new BsonInt64(1))))
        .append("s", new BsonString("\u0000é😀"));
    set("a", RawValues.raw(value));

    assertThat(bson(read("a").value())).isEqualTo(value);
  }
}
