package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.RawValues.int32;
import static dev.kvstore.internal.mongo.RawValues.text;
import static dev.kvstore.internal.mongo.ScriptedMongo.found;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVStore;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.mongo.feed.Recorded;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests writes with lost replies: their outcomes, and how long it takes to determine them. */
@Timeout(30)
class LostReplyTest {
  /** The driver's default is 30 seconds. */
  private static final Duration FAR_LESS_THAN_THE_DRIVERS = Duration.ofSeconds(15);

  private static final String OLD = "0123456789abcdef01234567";
  private static final Write ANY = new Write("a", text("x"), WriteOptions.DEFAULT);
  private static final Write IF_OLD = new Write("a", text("x"), WriteOptions.ifMatch(OLD));

  private ScriptedMongo mongo = ScriptedMongo.standalone();
  private @Nullable MongoEntryDatabase database;

  @AfterEach
  void close() {
    if (database != null) {
      database.close();
    }
    mongo.close();
  }

  private RawStore open(Duration timeout) {
    MongoEntryDatabase opened = MongoEntryDatabase.open(
        mongo.uri(), MongoSettings.DEFAULT.withTimeout(timeout).withoutNearCache());
    database = opened;
    opened.ping();
    return RawStore.of(opened.store("settings"));
  }

  private RawStore open() {
    return open(Duration.ofMillis(1500));
  }

  /** Returns the document that the last update command would have produced. */
  private BsonDocument made(long version) {
    BsonDocument command = mongo.sent("findAndModify").get(0);
    BsonDocument update = command.getDocument("update");
    return update
        .getDocument("$set", new BsonDocument())
        .clone()
        .append("_id", command.getDocument("query").get("_id"))
        .append("version", new BsonInt64(version));
  }

  private static BsonDocument other(String etag) {
    return BsonDocument.parse(
        "{_id: 'a', value: 'other', version: {$numberLong: '3'}, etag: {$oid: '" + etag + "'}}");
  }

  @Test
  void write_hungUpAfterItWasDone_isDone() {
    mongo.hangUp("findAndModify").reply("find", any -> found(made(7)));

    KVMetadata metadata = RawStore.of(open()).write(ANY);

    assertThat(metadata.version()).isEqualTo(7);
    assertThat(mongo.sent("find").get(0).getDocument("readConcern"))
        .isEqualTo(BsonDocument.parse("{level: 'majority'}"));
  }

  @Test
  void write_reachesTheMajorityLater_isDone() {
    mongo
        .hangUp("findAndModify")
        .reply("find", found(other(OLD)))
        .reply("find", found())
        .reply("find", any -> found(made(1)));

    assertThat(RawStore.of(open()).write(ANY).version()).isEqualTo(1);
  }

  @Test
  void write_anotherEtagIsThere_isUnknown() {
    mongo.hangUp("findAndModify");
    for (int i = 0; i < 1000; i++) {
      mongo.reply("find", found(other(OLD)));
    }

    assertThatThrownBy(() -> RawStore.of(open()).write(ANY))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("'a'");
  }

  @Test
  void writeIfMatch_etagIsStillThere_isSentAgainUntilItIsDone() {
    mongo
        .hangUp("findAndModify")
        .reply("find", found(other(OLD)))
        .reply("findAndModify", any -> ScriptedMongo.ok().append("value", made(4)));

    assertThat(RawStore.of(open()).write(IF_OLD).version()).isEqualTo(4);
    assertThat(etag(mongo.sent("findAndModify").get(0)))
        .isEqualTo(etag(mongo.sent("findAndModify").get(1)));
    assertThat(mongo.sent("findAndModify").get(1).getDocument("query").get("etag"))
        .isEqualTo(mongo.sent("findAndModify").get(0).getDocument("query").get("etag"));
  }

  @Test
  void writeIfMatch_firstWasDoneBeforeTheSecond_isDone() {
    mongo
        .hangUp("findAndModify")
        .reply("find", found(other(OLD)))
        .reply(
            "findAndModify",
            Recorded.replicaSet("reclaim", "the loser of the race").reply())
        .reply("find", any -> found(made(4)));

    assertThat(RawStore.of(open()).write(IF_OLD).version()).isEqualTo(4);
  }

  @Test
  void writeIfMatch_anotherWriteCameInBetween_isUnknownAtOnce() {
    mongo.hangUp("findAndModify").reply("find", found(other("ffffffffffffffffffffffff")));

    assertThatThrownBy(() -> RawStore.of(open(Duration.ofSeconds(10))).write(IF_OLD))
        .isInstanceOf(OutcomeUnknownException.class);
    assertThat(mongo.sent("find")).hasSize(1);
  }

  private static BsonValue etag(BsonDocument command) {
    return command.getDocument("update").getDocument("$set").getObjectId("etag");
  }

  @Test
  void write_unsatisfiedWriteConcern_isDoneOnceAMajorityHasIt() {
    String note = "more members than there are: written all the same, writeConcernError";
    mongo
        .reply("findAndModify", Recorded.replicaSet("write concern", note).reply())
        .reply("find", found())
        .reply("find", any -> found(made(1)));

    assertThat(RawStore.of(open()).write(ANY).version()).isEqualTo(1);
  }

  @Test
  void write_primarySteppedDownInBetween_isDone() {
    BsonDocument reply = Recorded.replicaSet("set", "creates").reply().clone();
    reply.put(
        "writeConcernError",
        BsonDocument.parse(
            "{code: 11602, codeName: 'InterruptedDueToReplStateChange', errmsg: 'interrupted'}"));
    mongo.reply("findAndModify", reply).reply("find", any -> found(made(1)));

    assertThat(RawStore.of(open()).write(ANY).version()).isEqualTo(1);
  }

  @Test
  void write_frozenServer_isUnknownWithinTwiceTheTime() {
    mongo.silence("findAndModify").silence("find");
    RawStore store = RawStore.of(open(Duration.ofMillis(400)));
    long start = System.nanoTime();

    assertThatThrownBy(() -> store.write(ANY)).isInstanceOf(OutcomeUnknownException.class);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(FAR_LESS_THAN_THE_DRIVERS);
  }

  @Test
  void read_frozenServer_isUnavailableInTime() {
    mongo.silence("find");
    RawStore store = RawStore.of(open(Duration.ofMillis(400)));
    long start = System.nanoTime();

    assertThatThrownBy(() -> store.read("a"))
        .isExactlyInstanceOf(UnavailableException.class)
        .hasMessageContaining("'a'");

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(FAR_LESS_THAN_THE_DRIVERS);
  }

  @Test
  void write_replicaSet_isRepeatedByTheDriverUnderTheSameNumber() {
    mongo.close();
    mongo = ScriptedMongo.replicaSet();
    mongo
        .hangUp("findAndModify")
        .reply("findAndModify", any -> ScriptedMongo.ok().append("value", made(1)));

    assertThat(RawStore.of(open(Duration.ofSeconds(10))).write(ANY).version()).isEqualTo(1);
    assertThat(mongo.sent("findAndModify")).hasSize(2);
    assertThat(mongo.sent("findAndModify").get(0).get("txnNumber"))
        .isNotNull()
        .isEqualTo(mongo.sent("findAndModify").get(1).get("txnNumber"));
  }

  @Test
  void write_serverGoneAfterAnAttempt_isUnknownAlthoughTheLastFoundNoServer() {
    mongo.close();
    mongo = ScriptedMongo.replicaSet();
    mongo.reply("findAndModify", any -> {
      mongo.close();
      return ScriptedMongo.ok();
    });

    assertThatThrownBy(() -> RawStore.of(open()).write(ANY))
        .isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void write_serverGone_isCertainlyNotDone() {
    RawStore store = RawStore.of(open(Duration.ofMillis(300)));
    mongo.close();

    assertThatThrownBy(() -> store.write(ANY)).isExactlyInstanceOf(UnavailableException.class);
  }

  @Test
  void increment_hungUpAfterItWasDone_isTheSum() {
    mongo
        .hangUp("findAndModify")
        .reply("find", any -> found(made(2).append("value", new BsonInt32(42))));

    KVEntry<RawValue> sum = RawStore.of(open()).increment("a", 1, WriteOptions.DEFAULT);

    assertThat(sum.value()).isEqualTo(int32(42));
    assertThat(sum.version()).isEqualTo(2);
  }

  @Test
  void delete_hungUp_isUnknown() {
    mongo.hangUp("findAndModify").reply("find", found());

    assertThatThrownBy(() -> RawStore.of(open()).delete("a", WriteOptions.DEFAULT))
        .isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void deleteIfMatch_etagIsStillThere_isSentAgain() {
    mongo
        .hangUp("findAndModify")
        .reply("find", found(other(OLD)))
        .reply("findAndModify", ScriptedMongo.ok().append("value", other(OLD)));

    assertThat(RawStore.of(open()).delete("a", WriteOptions.ifMatch(OLD))).isTrue();
  }

  @Test
  void delete_withAHistory_isKnownByItsTombstone() {
    mongo.format(found(
        BsonDocument.parse("{_id: 'history:settings', on: true, own: true, complete: true}")));
    mongo.hangUp("findAndModify").reply("find", any -> {
      BsonDocument tombstone = mongo
          .sent("findAndModify")
          .get(0)
          .getArray("update")
          .get(0)
          .asDocument()
          .getDocument("$set");
      return found(new BsonDocument("_id", new BsonString("a"))
          .append("etag", tombstone.get("etag"))
          .append("expiresAt", tombstone.get("expiresAt")));
    });

    assertThat(RawStore.of(open()).delete("a", WriteOptions.DEFAULT)).isTrue();
  }

  @Test
  void writeMany_hungUpAfterItWasDone_countsByVersions() {
    mongo.hangUp("update").reply("find", any -> {
      BsonDocument[] made = mongo.sent("update").get(0).getArray("updates").stream()
          .map(update -> update
              .asDocument()
              .getDocument("u")
              .getDocument("$set")
              .clone()
              .append("_id", update.asDocument().getDocument("q").get("_id")))
          .toArray(BsonDocument[]::new);
      made[0].append("version", new BsonInt64(1));
      made[1].append("version", new BsonInt64(2));
      return found(made);
    });

    BatchResult result = RawStore.of(open()).writeMany(twoKeys(), BatchOptions.DEFAULT);

    assertThat(result).isEqualTo(new BatchResult(1, 1));
  }

  @Test
  void writeMany_hungUpAndNotAllThere_isUnknown() {
    mongo.hangUp("update");
    for (int i = 0; i < 1000; i++) {
      mongo.reply("find", found(other(OLD)));
    }

    assertThatThrownBy(() -> RawStore.of(open()).writeMany(twoKeys(), BatchOptions.DEFAULT))
        .isInstanceOf(OutcomeUnknownException.class)
        .hasMessageContaining("2 keys")
        .hasMessageContaining("'a'");
  }

  private static Map<String, RawValue> twoKeys() {
    Map<String, RawValue> values = new LinkedHashMap<>();
    values.put("a", text("1"));
    values.put("b", text("2"));
    return values;
  }

  @Test
  void write_indexIsBuiltForLong_goesOnWithoutIt() {
    mongo
        .silence("createIndexes")
        .reply("findAndModify", Recorded.replicaSet("set", "creates").reply());
    RawStore store = RawStore.of(open(Duration.ofMillis(1500)));

    assertThat(store.write(ANY).version()).isEqualTo(1);
    assertThat(mongo.sent("createIndexes")).hasSize(1);
  }

  @Test
  void setDefault_absent_isOneReadAndOneWrite() {
    mongo.reply("find", found()).reply("findAndModify", command -> {
      BsonDocument made =
          command.getDocument("update").getDocument("$setOnInsert").clone();
      return BsonDocument.parse("{ok: 1, lastErrorObject: {n: 1, updatedExisting: false}}")
          .append("value", made.append("_id", new BsonString("a")));
    });
    KVStore store = TypedKVStore.over(open(), BsonCodec.create());
    assertThat(store.setDefault("a", "x")).isEqualTo("x");
    assertThat(mongo.sent("find")).hasSize(1);
    assertThat(mongo.sent("findAndModify")).hasSize(1);
  }

  @Test
  void write_interruptedBefore_isNotDoneAndKeepsTheFlag() {
    RawStore store = RawStore.of(open());
    Thread.currentThread().interrupt();

    Throwable thrown = catchThrowable(() -> store.write(ANY));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(thrown).isExactlyInstanceOf(UnavailableException.class);
    assertThat(mongo.sent()).isEmpty();
  }

  @Test
  void write_interruptedWhenTheReplyIsLost_isUnknownAtOnceAndKeepsTheFlag() throws Exception {
    mongo.hangUp("findAndModify");
    RawStore store = RawStore.of(open(Duration.ofSeconds(20)));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread writer = new Thread(() -> {
      thrown.set(catchThrowable(() -> store.write(ANY)));
      flag.set(Thread.currentThread().isInterrupted());
    });
    writer.start();
    await().until(() -> !mongo.sent("findAndModify").isEmpty());

    writer.interrupt();
    writer.join(10_000);

    assertThat(thrown.get()).isInstanceOf(OutcomeUnknownException.class);
    assertThat(flag).isTrue();
  }
}
