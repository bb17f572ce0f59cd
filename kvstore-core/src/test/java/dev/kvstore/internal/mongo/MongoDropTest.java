package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.ScriptedMongo.found;
import static dev.kvstore.internal.mongo.ScriptedMongo.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kvstore.DropOptions;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.mongo.MongoSettings;
import java.time.Duration;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the commands to drop a store, and the handling of lost replies. */
@Timeout(30)
class MongoDropTest {
  private static final BsonDocument LISTED =
      found(BsonDocument.parse("{name: 'settings', type: 'collection'}"));

  private ScriptedMongo mongo;
  private MongoEntryDatabase database;

  @BeforeEach
  void open() {
    mongo = ScriptedMongo.replicaSet();
    database = MongoEntryDatabase.open(
        mongo.uri(), MongoSettings.DEFAULT.withTimeout(Duration.ofMillis(1500)));
    database.ping();
  }

  @AfterEach
  void close() {
    database.close();
    mongo.close();
  }

  @Test
  void drop_isOneDurableCommand() {
    mongo.reply("listCollections", LISTED).reply("drop", ok());

    assertThat(database.drop("settings")).isTrue();
    BsonDocument drop = mongo.sent("drop").get(0);
    assertThat(drop.getString("drop").getValue()).isEqualTo("settings");
    assertThat(drop.getDocument("writeConcern"))
        .isEqualTo(BsonDocument.parse("{w: 'majority', j: true}"));
    assertThat(mongo.sent("listCollections").get(0).getDocument("filter"))
        .isEqualTo(BsonDocument.parse("{type: 'collection', name: 'settings'}"));
  }

  @Test
  void replyLost_goneAfterwards_isDone() {
    mongo.reply("listCollections", LISTED).hangUp("drop").reply("listCollections", found());

    assertThat(database.drop("settings")).isTrue();
  }

  @Test
  void replyLost_stillThere_isUnknown() {
    mongo.reply("listCollections", LISTED).hangUp("drop").reply("listCollections", LISTED);

    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> database.drop("settings"))
        .withMessageContaining("settings");
  }

  @Test
  void replyLost_andNobodyToAsk_isUnknown() {
    mongo.reply("listCollections", LISTED).hangUp("drop");
    mongo.silence("listCollections").silence("listCollections");

    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> database.drop("settings"));
  }

  @Test
  void databaseAway_isUnavailable() {
    mongo.silence("listCollections").silence("listCollections");

    assertThatExceptionOfType(UnavailableException.class)
        .isThrownBy(() -> database.drop("settings"))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
  }

  @Test
  void purge_failsIfTheEndsOfTheEntriesAreNotRecorded() {
    BsonDocument settings = BsonDocument.parse("{_id: '', version: 1, on: true,"
        + " dropped: [{collection: '_dropped.1', at: {$date: '2026-01-01T00:00:00Z'}}]}");
    mongo.format(found(settings).append("n", new BsonInt32(1)));
    mongo
        .reply("listCollections", LISTED)
        .reply("renameCollection", ok())
        .reply("find", ScriptedMongo.error(8, "UnknownError"))
        .reply("delete", ok().append("n", new BsonInt32(0)))
        .reply("find", found());

    assertThatExceptionOfType(KVException.class)
        .isThrownBy(() -> database.drop("settings", DropOptions.DEFAULT.purgingHistory()));
  }

  @Test
  void refusal_isTold() {
    mongo.reply("listCollections", LISTED).reply("drop", ScriptedMongo.error(13, "Unauthorized"));

    assertThatExceptionOfType(KVException.class)
        .isThrownBy(() -> database.drop("settings"))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
  }
}
