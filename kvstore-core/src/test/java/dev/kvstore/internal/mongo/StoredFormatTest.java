package dev.kvstore.internal.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVException;
import dev.kvstore.KVStore;
import dev.kvstore.mongo.MongoKVStore;
import dev.kvstore.mongo.MongoSettings;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

/** Tests the format note of a database and the operations that check it. */
class StoredFormatTest {
  private final ScriptedMongo mongo = ScriptedMongo.replicaSet();

  private KVStore open() {
    return MongoKVStore.open(mongo.uri(), "settings", MongoSettings.DEFAULT.withoutNearCache());
  }

  @Test
  void newerFormat_isReadButNotWritten() {
    mongo
        .format(
            ScriptedMongo.found(BsonDocument.parse("{_id: '_format', version: 2, needs: '3.4'}")))
        .reply("find", ScriptedMongo.found());
    try (KVStore store = open()) {
      assertThat(store.find("k", String.class)).isEmpty();
      assertRefused(() -> store.set("k", 1));
      assertRefused(() -> store.setMany(Map.of("k", 1)));
      assertRefused(() -> store.increment("k", 1));
      assertRefused(() -> store.delete("k"));
      assertRefused(() -> store.deleteMany(List.of("k")));
    }
    assertThat(mongo.sent()).hasSize(1);
  }

  private static void assertRefused(Runnable write) {
    assertThatThrownBy(write::run)
        .isInstanceOfSatisfying(
            KVException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_SERVER))
        .hasMessage("The database 'rec' has the format 2, this version of kvstore knows those up to"
            + " 1; nothing was written. Use kvstore 3.4");
  }

  @Test
  void format_mayNotBeRead_isNoReasonToRefuseTheWrite() {
    mongo
        .format(ScriptedMongo.error(13, "Unauthorized"))
        .reply(
            "findAndModify", ScriptedMongo.ok().append("value", BsonDocument.parse("{_id: 'k'}")));
    try (KVStore store = open()) {
      assertThat(store.delete("k")).isTrue();
    }
  }
}
