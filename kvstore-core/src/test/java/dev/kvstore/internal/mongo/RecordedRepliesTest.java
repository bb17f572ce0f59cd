package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.RawValues.bson;
import static dev.kvstore.internal.mongo.RawValues.int32;
import static dev.kvstore.internal.mongo.RawValues.json;
import static dev.kvstore.internal.mongo.RawValues.text;
import static dev.kvstore.internal.mongo.ScriptedMongo.found;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mongo.feed.Recorded;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.ManualClock;
import dev.kvstore.testing.RawStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Compares the commands of the store with those recorded with a real MongoDB, and tests the
 * handling of the recorded replies.
 */
class RecordedRepliesTest {
  private static final WriteOptions ALICE = WriteOptions.DEFAULT.author("alice");

  private final ManualClock clock = new ManualClock();
  private final ScriptedMongo mongo = ScriptedMongo.replicaSet();
  private MongoEntryDatabase database;
  private RawStore store;

  @BeforeEach
  void open() {
    database = MongoEntryDatabase.open(
        mongo.uri(), MongoSettings.DEFAULT.withClock(clock).withoutNearCache());
    store = RawStore.of(database.store("settings"));
  }

  @AfterEach
  void close() {
    database.close();
    mongo.close();
  }

  private static Recorded recorded(String scenario, String note) {
    return Recorded.replicaSet(scenario, note);
  }

  /**
   * Returns the command without the driver's additions, and with parts that differ between writes
   * normalized.
   */
  private static BsonDocument comparable(BsonDocument command) {
    BsonDocument copy = command.clone();
    for (String name : new String[] {"$db", "lsid", "txnNumber", "$clusterTime", "maxTimeMS"}) {
      copy.remove(name);
    }
    copy.remove("readConcern");
    // The commands were recorded before there was a history to leave out.
    for (String name : List.of("fields", "projection")) {
      if (copy.get(name) instanceof BsonDocument projection
          && projection.remove("history") != null
          && projection.isEmpty()) {
        copy.remove(name);
      }
    }
    return blurred(copy).asDocument();
  }

  private static BsonValue blurred(BsonValue value) {
    if (value.isDateTime() || value.isObjectId()) {
      return new BsonInt32(0);
    }
    if (value.isDocument()) {
      BsonDocument copy = new BsonDocument();
      value.asDocument().forEach((name, member) -> copy.put(name, blurred(member)));
      return copy;
    }
    return value;
  }

  /** Replaces the server's time, which the recorded writes have, by the writer's. */
  private static BsonDocument withWritersTime(BsonDocument command) {
    BsonDocument update = command.getDocument("update");
    update.remove("$currentDate");
    update.getDocument("$set").put("updatedAt", new BsonInt32(0));
    return command;
  }

  private BsonDocument sentLast() {
    return mongo.sent().get(mongo.sent().size() - 1);
  }

  private static void assertMatches(KVMetadata metadata, BsonDocument document) {
    assertThat(metadata.version()).isEqualTo(document.getInt64("version").getValue());
    assertThat(metadata.etag())
        .isEqualTo(document.getObjectId("etag").getValue().toHexString());
    assertThat(metadata.createdAt().toEpochMilli())
        .isEqualTo(document.getDateTime("createdAt").getValue());
    assertThat(metadata.updatedAt().toEpochMilli())
        .isEqualTo(document.getDateTime("updatedAt").getValue());
  }

  @Test
  void write_creates_asRecorded() {
    Recorded recorded = recorded("set", "filter with $not $lte over an absent key: creates");
    mongo.reply("findAndModify", recorded.reply());

    KVMetadata metadata = store.write(new Write("fresh", text("n"), ALICE));

    assertThat(comparable(sentLast())).isEqualTo(withWritersTime(comparable(recorded.command())));
    assertMatches(metadata, recorded.value());
    assertThat(metadata.updatedBy()).contains("alice");
  }

  @Test
  void write_replaces_asRecorded() {
    Recorded recorded = recorded("set", "filter with $not $lte over a live key: replaces");
    mongo.reply("findAndModify", recorded.reply());

    assertMatches(store.write(new Write("fresh", text("n2"), ALICE)), recorded.value());
    assertThat(comparable(sentLast())).isEqualTo(withWritersTime(comparable(recorded.command())));
  }

  @Test
  void write_overDeadDocument_collidesAndReclaims() {
    Recorded collides = recorded("set", "the same with $not $lte");
    Recorded reclaims = recorded("reclaim", "replace the expired document, only if still expired");
    mongo.reply("findAndModify", collides.reply()).reply("findAndModify", reclaims.reply());

    KVMetadata metadata = store.write(new Write("old", text("n"), WriteOptions.DEFAULT));

    assertMatches(metadata, reclaims.value());
    BsonDocument expected = comparable(reclaims.command());
    expected.put("fields", BsonDocument.parse("{value: 0}"));
    expected.put("writeConcern", BsonDocument.parse("{w: 'majority', j: true}"));
    assertThat(comparable(sentLast())).isEqualTo(expected);
  }

  @Test
  void write_overDeadDocument_losesTheRaceAndTriesAgain() {
    mongo
        .reply("findAndModify", recorded("set", "the same with $not $lte").reply())
        .reply("findAndModify", recorded("reclaim", "the loser of the race").reply())
        .reply("findAndModify", recorded("set", "creates").reply());

    assertMatches(
        store.write(new Write("old", text("n"), ALICE)),
        recorded("set", "creates").value());
    assertThat(etag(mongo.sent().get(0))).isEqualTo(etag(mongo.sent().get(2)));
  }

  private static BsonValue etag(BsonDocument command) {
    return command.getDocument("update").getDocument("$set").getObjectId("etag");
  }

  @Test
  void setDefault_absent_storesAsRecorded() {
    Recorded recorded = recorded("setDefault", "absent: stores");
    mongo.reply("find", found()).reply("findAndModify", command -> {
      BsonDocument reply = recorded.reply().clone();
      BsonDocument inserted = command.getDocument("update").getDocument("$setOnInsert");
      reply.put(
          "value", inserted.clone().append("_id", command.getDocument("query").get("_id")));
      return reply;
    });

    SetDefaultResult<RawValue> defaulted =
        store.setDefault(new Write("d1", text("x"), WriteOptions.DEFAULT));

    assertThat(defaulted.stored()).isTrue();
    assertThat(defaulted.entry().value()).isEqualTo(text("x"));
    BsonDocument expected = comparable(recorded.command());
    expected.getDocument("query").put("expiresAt", BsonDocument.parse("{$not: {$lte: 0}}"));
    expected.put("writeConcern", BsonDocument.parse("{w: 'majority', j: true}"));
    assertThat(comparable(sentLast())).isEqualTo(expected);
  }

  @Test
  void setDefault_lostTheRace_keeps() {
    Recorded recorded = recorded("setDefault", "present: keeps; no change event");
    mongo.reply("find", found()).reply("findAndModify", recorded.reply());

    SetDefaultResult<RawValue> defaulted =
        store.setDefault(new Write("d1", text("y"), WriteOptions.DEFAULT));

    assertThat(defaulted.stored()).isFalse();
    assertThat(defaulted.entry().value()).isEqualTo(text("x"));
    assertMatches(defaulted.entry().metadata(), recorded.value());
  }

  @Test
  void setDefault_present_readsAndWritesNothing() {
    mongo.reply("find", recorded("get", "").reply());

    SetDefaultResult<RawValue> defaulted =
        store.setDefault(new Write("ui.theme", text("y"), WriteOptions.DEFAULT));

    assertThat(defaulted.stored()).isFalse();
    assertThat(mongo.sent()).hasSize(1);
  }

  @Test
  void read_asRecorded() {
    Recorded recorded = recorded("get", "");
    mongo.reply("find", recorded.reply());

    KVEntry<RawValue> entry = store.read("ui.theme").orElseThrow();

    assertThat(entry.value()).isEqualTo(text("light"));
    assertThat(entry.version()).isEqualTo(3);
    assertThat(comparable(sentLast())).isEqualTo(comparable(recorded.command()));
    assertThat(sentLast().getDocument("readConcern"))
        .isEqualTo(BsonDocument.parse("{level: 'majority'}"));
  }

  @Test
  void compareAndSet_holds_asRecorded() {
    Recorded recorded = recorded("compareAndSet", "etag holds");
    mongo.reply("findAndModify", recorded.reply());
    String etag =
        recorded.command().getDocument("query").getObjectId("etag").getValue().toHexString();

    KVMetadata metadata = store.write(
        new Write("ui.theme", text("blue"), WriteOptions.ifMatch(etag).author("alice")));

    assertMatches(metadata, recorded.value());
    assertThat(sentLast().getDocument("query").getObjectId("etag").getValue().toHexString())
        .isEqualTo(etag);
  }

  @Test
  void compareAndSet_doesNotHold_namesThePresentEtag() {
    mongo
        .reply("findAndModify", recorded("compareAndSet", "etag does not hold").reply())
        .reply("find", recorded("get", "").reply());

    assertThatThrownBy(() -> store.write(
            new Write("ui.theme", text("red"), WriteOptions.ifMatch("0123456789abcdef01234567"))))
        .isInstanceOfSatisfying(
            PreconditionFailedException.class,
            e -> assertThat(e.presentEtag()).contains("6b015f46cca5514096e3694f"));
  }

  @Test
  void delete_asRecorded() {
    mongo
        .reply("findAndModify", recorded("delete", "present").reply())
        .reply("findAndModify", recorded("delete", "absent").reply());

    assertThat(store.delete("d1", WriteOptions.DEFAULT)).isTrue();
    assertThat(store.delete("d1", WriteOptions.DEFAULT)).isFalse();
    assertThat(sentLast().getBoolean("remove").getValue()).isTrue();
  }

  @Test
  void increment_asRecorded() {
    mongo
        .reply("findAndModify", recorded("increment", "absent").reply())
        .reply(
            "findAndModify",
            recorded("increment", "int32 by int32 past its end").reply());

    assertThat(bson(store.increment("c", 1, WriteOptions.DEFAULT).value())
            .asInt64()
            .getValue())
        .isEqualTo(1);
    assertThat(bson(store.increment("ci", 1, WriteOptions.DEFAULT).value())
            .asInt64()
            .getValue())
        .isEqualTo(1L + Integer.MAX_VALUE);
    assertThat(sentLast().getDocument("update").getDocument("$inc"))
        .isEqualTo(BsonDocument.parse("{value: 1, version: {$numberLong: '1'}}"));
  }

  @Test
  void increment_pastInt64_isATypeMismatch() {
    mongo
        .reply("findAndModify", recorded("increment", "int64 past its end").reply())
        .reply("find", found(document("cl", "{$numberLong: '9223372036854775807'}")));

    assertThatThrownBy(() -> store.increment("cl", 1, WriteOptions.DEFAULT))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("int64");
  }

  @Test
  void increment_overDouble_collidesAndIsATypeMismatch() {
    String note = "guarded by type in the filter, with upsert, over a double: collides";
    mongo
        .reply("findAndModify", recorded("increment", note).reply())
        .reply("find", found(document("cd", "1.5")));

    assertThatThrownBy(() -> store.increment("cd", 1, WriteOptions.DEFAULT))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("double");
    BsonDocument filter = mongo.sent("findAndModify").get(0).getDocument("query");
    assertThat(filter.getDocument("value").getArray("$type"))
        .isEqualTo(recorded("increment", note)
            .command()
            .getDocument("query")
            .getDocument("value")
            .getArray("$type"));
  }

  @Test
  void increment_collidesWithARace_triesAgain() {
    String note = "guarded by type in the filter, with upsert, over a double: collides";
    mongo
        .reply("findAndModify", recorded("increment", note).reply())
        .reply("find", found(document("cd", "1")))
        .reply("findAndModify", recorded("increment", "present").reply());

    assertThat(bson(store.increment("cd", 41, WriteOptions.DEFAULT).value())
            .asInt64()
            .getValue())
        .isEqualTo(42);
  }

  private static BsonDocument document(String key, String value) {
    return BsonDocument.parse("{_id: '" + key + "', value: " + value
        + ", version: {$numberLong: '1'}, etag: {$oid: '0123456789abcdef01234567'}}");
  }

  @Test
  void dollarNames_neverReachTheServer() {
    mongo.reply("findAndModify", recorded("set", "creates").reply());

    store.write(new Write("a", json("{\"$a\": {\"x\": [{\"$b\": 1}]}}"), ALICE));

    assertThat(sentLast().getDocument("update").getDocument("$set").get("value"))
        .isEqualTo(BsonDocument.parse("{'＄$a': {x: [{'＄$b': 1}]}}"));
    assertThat(recorded("names", "dollar member, $set, creates")
            .reply()
            .getInt32("code")
            .getValue())
        .isEqualTo(52);
  }

  @Test
  void bulk_oneCollides_isReclaimed() {
    mongo
        .reply("update", recorded("bulk", "unordered: 11000 for that one alone").reply())
        .reply("update", BsonDocument.parse("{ok: 1.0, n: 1, nModified: 1}"));
    Map<String, RawValue> values = new LinkedHashMap<>();
    values.put("bold", text("v"));
    values.put("bnew", text("v"));

    BatchResult result = store.writeMany(values, BatchOptions.DEFAULT);

    assertThat(result).isEqualTo(new BatchResult(2, 0));
    BsonDocument first = mongo.sent("update").get(0);
    assertThat(first.getBoolean("ordered").getValue()).isFalse();
    assertThat(first.getArray("updates").get(0).asDocument().getDocument("q").keySet())
        .containsExactly("_id", "expiresAt");
    BsonDocument second = mongo.sent("update").get(1).getArray("updates").get(0).asDocument();
    assertThat(second.getDocument("q").getString("_id").getValue()).isEqualTo("bold");
    assertThat(second.getDocument("u").getInt64("version").getValue()).isEqualTo(1);
  }

  @Test
  void bulk_oneRefused_namesItAndWritesTheOthers() {
    String note = "unordered upserts: one new, one existing, one refused";
    mongo.reply("update", recorded("bulk", note).reply());
    Map<String, RawValue> values = new LinkedHashMap<>();
    for (String key : new String[] {"b1", "ui.theme", "bbad", "b2"}) {
      values.put(key, int32(1));
    }

    assertThatThrownBy(() -> store.writeMany(values, BatchOptions.DEFAULT))
        .isInstanceOf(KVException.class)
        .hasMessageContaining("1 of 4 keys")
        .hasMessageContaining("'bbad'");
  }

  @Test
  void index_ofAStoreThatGetsAHistory_isReplaced() {
    List<String> sent = new CopyOnWriteArrayList<>();
    mongo.format(found(
        BsonDocument.parse("{_id: 'history:settings', on: true, own: true, complete: true}")));
    mongo
        .reply("createIndexes", recorded("indexes", "again with other options").reply())
        .reply("dropIndexes", command -> {
          sent.add(command.getDocument("index").toJson());
          return ScriptedMongo.ok();
        })
        .reply("createIndexes", command -> {
          sent.add(command
              .getArray("indexes")
              .get(0)
              .asDocument()
              .get("expireAfterSeconds")
              .toString());
          return ScriptedMongo.ok();
        })
        .reply("createIndexes", ScriptedMongo.ok())
        .reply("findAndModify", recorded("set", "creates").reply());

    assertThat(store.write(new Write("a", text("x"), WriteOptions.DEFAULT)).version())
        .isEqualTo(1);
    assertThat(sent)
        .containsExactly("{\"expiresAt\": 1}", "BsonInt64{value=" + Integer.MAX_VALUE + "}");
  }

  @Test
  void index_otherOptions_isNoReasonToRefuseTheWrite() {
    mongo
        .reply("createIndexes", recorded("indexes", "again with other options").reply())
        .reply("findAndModify", recorded("set", "creates").reply())
        .reply("findAndModify", recorded("set", "creates").reply());

    store.write(new Write("ui.theme", text("dark"), ALICE));
    store.write(new Write("ui.theme", text("dark"), ALICE));

    assertThat(mongo.sent("createIndexes")).hasSize(1);
    assertThat(mongo.sent("createIndexes").get(0).getArray("indexes"))
        .containsExactly(BsonDocument.parse(
            "{key: {expiresAt: 1}, name: 'expiresAt_1', expireAfterSeconds: {$numberLong: '0'}}"));
  }

  @Test
  void index_notAllowed_isNoReasonToRefuseTheWrite() {
    mongo
        .reply("createIndexes", ScriptedMongo.error(13, "Unauthorized"))
        .reply("findAndModify", recorded("set", "creates").reply());

    assertThat(store.write(new Write("ui.theme", text("dark"), ALICE)).version())
        .isEqualTo(1);
  }
}
