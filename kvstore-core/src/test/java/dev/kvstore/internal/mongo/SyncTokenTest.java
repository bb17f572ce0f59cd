package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.RawValues.int32;
import static dev.kvstore.internal.mongo.RawValues.text;
import static dev.kvstore.internal.mongo.ScriptedMongo.found;
import static dev.kvstore.internal.mongo.ScriptedMongo.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kvstore.BatchOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mongo.feed.Recorded;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the sync tokens of a store and their cost. */
@Timeout(30)
class SyncTokenTest {
  private static final Write WRITE = new Write("a", text("x"), WriteOptions.DEFAULT);
  private static final Map<String, RawValue> TWO = Map.of("a", int32(1), "b", int32(2));

  private ScriptedMongo mongo = ScriptedMongo.replicaSet();
  private @Nullable MongoEntryDatabase database;

  @AfterEach
  void close() {
    if (database != null) {
      database.close();
    }
    mongo.close();
  }

  private EntryStore open() {
    MongoEntryDatabase opened = MongoEntryDatabase.open(
        mongo.uri(), MongoSettings.DEFAULT.withTimeout(Duration.ofSeconds(2)).withoutNearCache());
    database = opened;
    opened.ping();
    return opened.store("settings");
  }

  private static SyncToken token(int seconds) {
    return new SyncToken((long) seconds << 32 | 1);
  }

  private static BsonDocument at(int seconds, BsonDocument reply) {
    return reply.append("operationTime", new BsonTimestamp(seconds, 1));
  }

  private static BsonDocument stored(String etag) {
    return BsonDocument.parse(
        "{_id: 'a', value: 'x', version: {$numberLong: '1'}, etag: {$oid: '" + etag + "'}}");
  }

  private static BsonDocument written() {
    return ok().append("value", stored("0123456789abcdef01234567"));
  }

  @Test
  void syncToken_new_isTheStart() {
    assertThat(open().syncToken()).isEqualTo(SyncToken.START);
  }

  @Test
  void syncToken_isTheLatestTimeOfReadsAndWrites() {
    mongo
        .reply("findAndModify", at(10, written()))
        .reply("find", at(12, found()))
        .reply("find", at(11, found()))
        .reply("find", at(13, found()))
        .reply("find", at(14, found()))
        .reply("update", at(20, BsonDocument.parse("{ok: 1.0, n: 2, nModified: 2}")))
        .reply("findAndModify", at(21, ok()));
    RawStore store = RawStore.of(open());

    store.write(WRITE);
    assertThat(store.syncToken()).isEqualTo(token(10));
    store.read("a");
    assertThat(store.syncToken()).isEqualTo(token(12));
    store.readMany(List.of("a", "b"));
    assertThat(store.syncToken()).isEqualTo(token(12));
    store.scan(KeyRange.ALL, 10);
    assertThat(store.syncToken()).isEqualTo(token(13));
    store.scanMetadata(KeyRange.ALL, 10);
    assertThat(store.syncToken()).isEqualTo(token(14));
    store.writeMany(TWO, BatchOptions.DEFAULT);
    assertThat(store.syncToken()).isEqualTo(token(20));
    store.delete("a", WriteOptions.DEFAULT);
    assertThat(store.syncToken()).isEqualTo(token(21));
  }

  @Test
  void commands_areOneEach_andWaitForNothing() {
    mongo
        .reply("findAndModify", at(10, written()))
        .reply("find", at(10, found()))
        .reply("findAndModify", at(11, written()));
    RawStore store = RawStore.of(open());

    store.write(WRITE);
    store.read("a");
    store.write(WRITE);

    assertThat(mongo.sent()).hasSize(3).allSatisfy(sent -> assertThat(sent).containsKey("lsid"));
    assertThat(mongo.sent("find").get(0).getDocument("readConcern"))
        .isEqualTo(BsonDocument.parse("{level: 'majority'}"));
    assertThat(mongo.sent("findAndModify"))
        .allSatisfy(sent -> assertThat(sent).doesNotContainKey("readConcern"));
  }

  @Test
  void syncToken_ofAnotherStoreOfTheDatabase_isThatOfAll() {
    mongo.reply("findAndModify", at(10, written()));
    RawStore store = RawStore.of(open());
    store.write(WRITE);
    store.close();

    assertThat(Objects.requireNonNull(database).store("other").syncToken()).isEqualTo(token(10));
  }

  /** A majority may never have the failed write, and reads that demand it would wait forever. */
  @Test
  void write_lostAndSettled_countsByTheRead() {
    mongo
        .reply("findAndModify", at(99, ScriptedMongo.error(50, "MaxTimeMSExpired")))
        .reply("find", any -> {
          BsonDocument update = mongo.sent("findAndModify").get(0).getDocument("update");
          String etag =
              update.getDocument("$set").getObjectId("etag").getValue().toHexString();
          return at(10, found(stored(etag)));
        });
    RawStore store = RawStore.of(open());

    store.write(WRITE);

    assertThat(store.syncToken()).isEqualTo(token(10));
  }

  @Test
  void read_failed_doesNotCount() {
    mongo.reply("find", at(99, ScriptedMongo.error(50, "MaxTimeMSExpired")));
    RawStore store = RawStore.of(open());

    assertThatThrownBy(() -> store.read("a")).isInstanceOf(UnavailableException.class);
    assertThat(store.syncToken()).isEqualTo(SyncToken.START);
  }

  @Test
  void writeMany_oneRefused_countsForTheOthers() {
    mongo.reply(
        "update",
        at(
            10,
            BsonDocument.parse("{ok: 1.0, n: 1, nModified: 1,"
                + " writeErrors: [{index: 0, code: 121, errmsg: 'scripted'}]}")));
    RawStore store = RawStore.of(open());

    assertThatThrownBy(() -> store.writeMany(TWO, BatchOptions.DEFAULT))
        .isInstanceOf(KVException.class);
    assertThat(store.syncToken()).isEqualTo(token(10));
  }

  @Test
  void writeMany_atomic_countsOnceCommitted() {
    BsonDocument updated = BsonDocument.parse("{ok: 1.0, n: 2, nModified: 2}");
    mongo.reply("update", at(10, updated)).reply("commitTransaction", at(12, ok()));
    RawStore store = RawStore.of(open());

    store.writeMany(TWO, BatchOptions.DEFAULT.atomic());

    assertThat(store.syncToken()).isEqualTo(token(12));
  }

  @Test
  void scans_atLeast_demandThatTime() {
    for (int i = 0; i < 4; i++) {
      mongo.reply("find", at(8, found()));
    }
    RawStore store = RawStore.of(open());
    ReadOptions demand = ReadOptions.atLeast(token(7));

    store.scan(KeyRange.ALL, 10, demand);
    store.scanMetadata(KeyRange.ALL, 10, demand);
    store.scanKeys(KeyRange.ALL, 10, demand);

    assertThat(mongo.sent("find"))
        .hasSize(4)
        .allSatisfy(sent -> assertThat(sent.getDocument("readConcern"))
            .containsEntry("afterClusterTime", new BsonTimestamp(7, 1)));
  }

  @Test
  void read_atLeast_demandsThatTimeInOneCommand() {
    mongo.reply("find", at(8, found())).reply("find", at(9, found()));
    RawStore store = RawStore.of(open());

    store.read("a", ReadOptions.atLeast(token(7)));
    store.readMany(List.of("a", "b"), ReadOptions.atLeast(token(7)));

    BsonDocument causal =
        BsonDocument.parse("{level: 'majority', afterClusterTime: Timestamp(7, 1)}");
    assertThat(mongo.sent())
        .extracting(find -> find.getDocument("readConcern"))
        .containsExactly(causal, causal);
    assertThat(store.syncToken()).isEqualTo(token(9));
  }

  @Test
  void read_atLeastWhatHasNotBeen_isInvalid() {
    mongo.reply(
        "find",
        Recorded.replicaSet("read concern", "afterClusterTime far in the future")
            .reply());
    RawStore store = RawStore.of(open());

    assertThat(catchThrowableOfType(
                InvalidInputException.class,
                () -> store.read("a", ReadOptions.atLeast(token(2_000_000_000))))
            .code())
        .isEqualTo(ErrorCode.INVALID_PARAMETER);
  }

  @Test
  void standalone_hasNoTimes_andIsNotAskedForAny() {
    mongo.close();
    mongo = ScriptedMongo.standalone();
    mongo
        .reply("find", found())
        .reply("findAndModify", ok().append("value", new BsonDocument("n", new BsonInt64(1))));
    RawStore store = RawStore.of(open());

    store.read("ui.theme", ReadOptions.atLeast(token(7)));
    store.delete("ui.theme", WriteOptions.DEFAULT);

    assertThat(mongo.sent("find").get(0).getDocument("readConcern"))
        .isEqualTo(BsonDocument.parse("{level: 'majority'}"));
    assertThat(store.syncToken()).isEqualTo(SyncToken.START);
  }
}
