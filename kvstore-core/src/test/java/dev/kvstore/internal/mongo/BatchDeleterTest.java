package dev.kvstore.internal.mongo;

import static dev.kvstore.internal.mongo.ScriptedMongo.error;
import static dev.kvstore.internal.mongo.ScriptedMongo.found;
import static dev.kvstore.internal.mongo.ScriptedMongo.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.DeleteOptions;
import dev.kvstore.DeleteResult;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.WriteCondition;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.Mutation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BatchDeleterTest {
  private static final String OLD = "0123456789abcdef01234567";
  private static final String NEW = "0123456789abcdef01234568";
  private static final DeleteOptions ATOMIC = DeleteOptions.DEFAULT.atomic();

  private ScriptedMongo mongo = ScriptedMongo.standalone();
  private @Nullable MongoEntryDatabase database;

  @AfterEach
  void close() {
    if (database != null) {
      database.close();
    }
    mongo.close();
  }

  private DeleteResult delete(DeleteOptions options, WriteCondition ofB) {
    MongoEntryDatabase opened = MongoEntryDatabase.open(
        mongo.uri(), MongoSettings.DEFAULT.withTimeout(Duration.ofMillis(1500)).withoutNearCache());
    database = opened;
    opened.ping();
    Map<String, WriteCondition> conditions = new LinkedHashMap<>();
    conditions.put("a", WriteCondition.NONE);
    conditions.put("b", ofB);
    return opened.store("settings").apply(new Mutation.DeleteMany(conditions, options));
  }

  private DeleteResult delete() {
    return delete(DeleteOptions.DEFAULT, WriteCondition.NONE);
  }

  private static BsonDocument entry(String key, String etag) {
    return BsonDocument.parse("{_id: '" + key
        + "', value: 1, version: {$numberLong: '3'}, etag: {$oid: '" + etag + "'}}");
  }

  private static BsonDocument count(int deleted) {
    return BsonDocument.parse("{ok: 1.0, n: " + deleted + "}");
  }

  private BsonDocument filter(int command, int index) {
    return mongo
        .sent("delete")
        .get(command)
        .getArray("deletes")
        .get(index)
        .asDocument()
        .getDocument("q");
  }

  @Test
  void delete_demandsTheEtagsThatWereRead() {
    mongo.reply("find", found(entry("a", OLD), entry("b", NEW))).reply("delete", count(2));

    assertThat(delete().keys()).containsExactly("a", "b");
    assertThat(filter(0, 0))
        .isEqualTo(BsonDocument.parse("{_id: 'a', etag: {$oid: '" + OLD + "'}}"));
    assertThat(mongo.sent("find").get(0).getDocument("projection").toJson()).contains("value");
    assertThat(mongo
            .sent("delete")
            .get(0)
            .getDocument("writeConcern")
            .getString("w")
            .getValue())
        .isEqualTo("majority");
  }

  @Test
  void delete_absent_sendsNothing() {
    mongo.reply("find", found());

    assertThat(delete()).isEqualTo(new DeleteResult(List.of(), List.of(), noFingerprint()));
    assertThat(mongo.sent("delete")).isEmpty();
  }

  @Test
  void delete_changedMeanwhile_isDeletedUnlessAnEtagIsDemanded() {
    mongo
        .reply("find", found(entry("a", OLD), entry("b", OLD)))
        .reply("delete", count(0))
        .reply("find", found(entry("a", NEW), entry("b", NEW)))
        .reply("delete", count(1));

    assertThat(delete(DeleteOptions.DEFAULT, WriteCondition.ifMatch(OLD)))
        .isEqualTo(new DeleteResult(List.of("a"), List.of("b"), noFingerprint()));
    assertThat(filter(1, 0).getObjectId("etag").getValue().toHexString()).isEqualTo(NEW);
  }

  @Test
  void delete_replyLost_goesOnWithWhatIsLeft() {
    mongo
        .reply("find", found(entry("a", OLD), entry("b", OLD)))
        .hangUp("delete")
        .reply("find", found(entry("b", OLD)))
        .reply("delete", count(1));

    assertThat(delete().keys()).containsExactly("a", "b");
    assertThat(filter(1, 0).getString("_id").getValue()).isEqualTo("b");
  }

  @Test
  void delete_replyLost_andNothingAnswers_isUnknown() {
    mongo.reply("find", found(entry("a", OLD))).hangUp("delete");
    for (int i = 0; i < 1000; i++) {
      mongo.hangUp("find");
    }

    assertThatThrownBy(this::delete).isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void delete_refused_isNoLostReply() {
    mongo.reply("find", found(entry("a", OLD))).reply("delete", error(13, "Unauthorized"));

    assertThatThrownBy(this::delete)
        .isInstanceOf(KVException.class)
        .isNotInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void atomic_deletesInOneTransaction() {
    onReplicaSet()
        .reply("find", found(entry("a", OLD), entry("b", OLD)))
        .reply("delete", count(2))
        .reply("commitTransaction", ok());

    assertThat(delete(ATOMIC, WriteCondition.ifMatch(OLD)).keys()).containsExactly("a", "b");
    BsonDocument find = mongo.sent("find").get(0);
    assertThat(find.getBoolean("startTransaction").getValue()).isTrue();
    assertThat(mongo.sent("delete").get(0).get("txnNumber")).isEqualTo(find.get("txnNumber"));
  }

  @Test
  void atomic_aConditionDoesNotHold_deletesNothing() {
    onReplicaSet()
        .reply("find", found(entry("a", OLD), entry("b", NEW)))
        .reply("abortTransaction", ok());

    assertThatThrownBy(() -> delete(ATOMIC, WriteCondition.ifMatch(OLD)))
        .isInstanceOfSatisfying(
            PreconditionFailedException.class, e -> assertThat(e.key()).isEqualTo("b"));
    assertThat(mongo.sent("delete")).isEmpty();
  }

  @Test
  void atomic_commitNeverAnswered_andAllGone_isDone() {
    onReplicaSet()
        .reply("find", found(entry("a", OLD)))
        .reply("delete", count(1))
        .silence("commitTransaction")
        .reply("find", found());

    assertThat(delete(ATOMIC, WriteCondition.NONE).keys()).containsExactly("a");
  }

  @Test
  void atomic_standalone_isRefusedAndNothingSent() {
    assertThatThrownBy(() -> delete(ATOMIC, WriteCondition.NONE))
        .isInstanceOf(AtomicNotSupportedException.class);
    assertThat(mongo.sent()).isEmpty();
  }

  private ScriptedMongo onReplicaSet() {
    mongo.close();
    mongo = ScriptedMongo.replicaSet();
    return mongo;
  }

  private static Optional<String> noFingerprint() {
    return Optional.empty();
  }
}
