package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.RawValues.text;
import static dev.kvstore.internal.mongo.ScriptedMongo.error;
import static dev.kvstore.internal.mongo.ScriptedMongo.found;
import static dev.kvstore.internal.mongo.ScriptedMongo.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mongo.feed.Recorded;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests atomic batches, which use transactions. */
@Timeout(30)
class AtomicBatchTest {
  private static final BatchOptions ATOMIC = BatchOptions.DEFAULT.atomic();
  private static final BsonDocument WRITTEN =
      BsonDocument.parse("{ok: 1.0, n: 2, nModified: 1, upserted: [{index: 0, _id: 'a'}]}");

  private ScriptedMongo mongo = ScriptedMongo.replicaSet();
  private @Nullable MongoEntryDatabase database;

  @AfterEach
  void close() {
    if (database != null) {
      database.close();
    }
    mongo.close();
  }

  private EntryStore open(Duration timeout) {
    MongoEntryDatabase opened = MongoEntryDatabase.open(
        mongo.uri(), MongoSettings.DEFAULT.withTimeout(timeout).withoutNearCache());
    database = opened;
    return opened.store("settings");
  }

  private EntryStore open() {
    return open(Duration.ofSeconds(5));
  }

  private static Map<String, RawValue> twoKeys() {
    Map<String, RawValue> values = new LinkedHashMap<>();
    values.put("a", text("1"));
    values.put("b", text("2"));
    return values;
  }

  private static BsonDocument labelled(BsonDocument error, String label) {
    return error.append("errorLabels", new BsonArray(List.of(new BsonString(label))));
  }

  /** Returns the documents after the transaction. */
  private BsonDocument[] made() {
    return mongo.sent("update").get(0).getArray("updates").stream()
        .map(update -> update
            .asDocument()
            .getDocument("u")
            .getDocument("$set")
            .clone()
            .append("_id", update.asDocument().getDocument("q").get("_id"))
            .append("version", new BsonInt64(1)))
        .toArray(BsonDocument[]::new);
  }

  @Test
  void atomic_writesInOneTransaction() {
    mongo.reply("update", WRITTEN).reply("commitTransaction", ok());

    assertThat(RawStore.of(open()).writeMany(twoKeys(), ATOMIC)).isEqualTo(new BatchResult(1, 1));

    BsonDocument update = mongo.sent("update").get(0);
    BsonDocument commit = mongo.sent("commitTransaction").get(0);
    assertThat(update.getBoolean("startTransaction").getValue()).isTrue();
    assertThat(update.getDocument("readConcern").getString("level").getValue())
        .isEqualTo("snapshot");
    assertThat(update).doesNotContainKey("writeConcern");
    assertThat(commit.get("txnNumber")).isEqualTo(update.get("txnNumber"));
    assertThat(commit.getDocument("writeConcern").getString("w").getValue()).isEqualTo("majority");
    assertThat(commit.getDocument("writeConcern").getBoolean("j").getValue()).isTrue();
  }

  @Test
  void atomic_standalone_isRefusedAndNothingSent() {
    mongo.close();
    mongo = ScriptedMongo.standalone();

    RawStore store = RawStore.of(open());

    assertThatThrownBy(() -> store.writeMany(twoKeys(), ATOMIC))
        .isInstanceOf(AtomicNotSupportedException.class);
    assertThatThrownBy(() -> store.writeMany(Map.of(), ATOMIC))
        .isInstanceOf(AtomicNotSupportedException.class);
    assertThat(mongo.sent()).isEmpty();
  }

  @Test
  void atomic_serverRefusesTransactions_isNotSupported() {
    mongo
        .reply("update", Recorded.standalone("transaction", "standalone").reply())
        .reply("abortTransaction", ok());

    assertThatThrownBy(() -> RawStore.of(open()).writeMany(twoKeys(), ATOMIC))
        .isInstanceOf(AtomicNotSupportedException.class);
  }

  @Test
  void atomic_writeConflict_beginsAgain() {
    String note = "B writes the same key: WriteConflict";
    mongo
        .reply("update", Recorded.replicaSet("transaction", note).reply())
        .reply("abortTransaction", ok())
        .reply("update", WRITTEN)
        .reply("commitTransaction", ok());

    assertThat(RawStore.of(open()).writeMany(twoKeys(), ATOMIC)).isEqualTo(new BatchResult(1, 1));
    assertThat(mongo.sent("update").get(1).get("txnNumber"))
        .isNotEqualTo(mongo.sent("update").get(0).get("txnNumber"));
  }

  @Test
  void atomic_deadDocumentInTheWay_beginsAgainAndReclaimsIt() {
    mongo
        .reply(
            "update",
            Recorded.replicaSet("bulk", "unordered: 11000 for that one alone").reply())
        .reply("abortTransaction", ok())
        .reply("find", found(BsonDocument.parse("{_id: 'b'}")))
        .reply(
            "update",
            BsonDocument.parse("{ok: 1.0, n: 1, nModified: 0, upserted: [{index: 0, _id: 'a'}]}"))
        .reply("update", BsonDocument.parse("{ok: 1.0, n: 1, nModified: 1}"))
        .reply("commitTransaction", ok());

    assertThat(RawStore.of(open()).writeMany(twoKeys(), ATOMIC)).isEqualTo(new BatchResult(2, 0));
  }

  @Test
  void all_concurrentInsertInTheWay_beginsAgain() {
    mongo
        .reply("find", found())
        .reply(
            "update",
            Recorded.replicaSet("bulk", "unordered: 11000 for that one alone").reply())
        .reply("abortTransaction", ok())
        .reply("find", found())
        .reply("update", WRITTEN)
        .reply("commitTransaction", ok());
    List<Mutation<?>> puts = new ArrayList<>();
    twoKeys()
        .forEach((key, value) ->
            puts.add(new Mutation.Put(new Write(key, value, WriteOptions.DEFAULT))));

    assertThat(open().apply(new Mutation.All(puts))).containsExactly(true, true);
  }

  @Test
  void atomic_commitOutcomeUnknown_isCommittedAgain() {
    mongo
        .reply("update", WRITTEN)
        .hangUp("commitTransaction")
        .reply(
            "commitTransaction",
            labelled(error(64, "WriteConcernFailed"), "UnknownTransactionCommitResult"))
        .reply("commitTransaction", ok());

    assertThat(RawStore.of(open()).writeMany(twoKeys(), ATOMIC)).isEqualTo(new BatchResult(1, 1));
    assertThat(mongo.sent("update")).hasSize(1);
  }

  @Test
  void atomic_commitNeverAnswered_isSettledByTheEtags() {
    mongo.reply("update", WRITTEN).silence("commitTransaction");
    mongo.reply("find", any -> found(made()));

    assertThat(RawStore.of(open(Duration.ofMillis(500))).writeMany(twoKeys(), ATOMIC))
        .isEqualTo(new BatchResult(1, 1));
  }

  @Test
  void atomic_commitNeverAnsweredAndNothingThere_isUnknown() {
    mongo.reply("update", WRITTEN).silence("commitTransaction");
    for (int i = 0; i < 1000; i++) {
      mongo.reply("find", found());
    }

    assertThatThrownBy(() -> RawStore.of(open(Duration.ofMillis(500))).writeMany(twoKeys(), ATOMIC))
        .isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void atomic_neverCommitted_isCertainlyNotDone() {
    mongo.silence("update");

    assertThatThrownBy(() -> RawStore.of(open(Duration.ofMillis(500))).writeMany(twoKeys(), ATOMIC))
        .isExactlyInstanceOf(UnavailableException.class);
  }
}
