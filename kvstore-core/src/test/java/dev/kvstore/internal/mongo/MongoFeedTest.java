package dev.kvstore.internal.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kvstore.KVException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.internal.mongo.feed.RecordingSink;
import dev.kvstore.internal.mongo.feed.ScriptedHistory;
import dev.kvstore.internal.mongo.feed.ScriptedSource;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.testing.RawStore;
import dev.kvstore.testing.WireServer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests the change feed and the freshness of reads with the real driver. */
class MongoFeedTest {
  private final List<BsonDocument> finds = new CopyOnWriteArrayList<>();
  private final ScriptedHistory history = new ScriptedHistory(
      List.of(ScriptedSource.set("settings", "a", 1, 20), ScriptedSource.set("other", "b", 1, 21)),
      1,
      0);

  private @Nullable BsonDocument answer(BsonDocument command) {
    if (command.containsKey("find")) {
      finds.add(command);
      return BsonDocument.parse(
          "{ok: 1, cursor: {id: NumberLong(0), ns: 'rec.settings', firstBatch: []}}");
    }
    return history.answer(command);
  }

  @Test
  void subscribe_tellsOfThisStoreAlone_untilItIsClosed() {
    RecordingSink sink = new RecordingSink();
    try (WireServer server = new WireServer(this::answer);
        MongoEntryDatabase database =
            MongoEntryDatabase.open(server.uri(), MongoSettings.DEFAULT.withDatabase("rec"))) {
      RawStore store = RawStore.of(database.store("settings"));
      store.subscribe(sink, null);
      await()
          .untilAsserted(() -> assertThat(sink.calls)
              .startsWith("positioned 1")
              .anyMatch(call -> call.contains("[a=v1]")));
      store.close();
      int told = sink.calls.size();
      await()
          .until(() -> Thread.getAllStackTraces().keySet().stream()
              .noneMatch(thread -> thread.getName().equals("kvstore-changes-rec")));
      assertThat(sink.calls).hasSize(told).noneMatch(call -> call.contains("b=v1"));
      assertThatThrownBy(() -> store.subscribe(sink, null)).isInstanceOf(KVException.class);
    }
  }

  @Test
  void read_atLeast_hasTheServerWaitForThatTime() {
    try (WireServer server = new WireServer(this::answer);
        MongoEntryDatabase database =
            MongoEntryDatabase.open(server.uri(), MongoSettings.DEFAULT.withDatabase("rec"))) {
      RawStore store = RawStore.of(database.store("settings"));
      SyncToken token = new SyncToken(7L << 32 | 3);
      store.read("a", ReadOptions.atLeast(token));
      store.readMany(List.of("a", "b"), ReadOptions.atLeast(token));
      store.read("a", ReadOptions.DEFAULT);
    }
    BsonDocument causal =
        BsonDocument.parse("{level: 'majority', afterClusterTime: Timestamp(7, 3)}");
    assertThat(finds)
        .extracting(find -> find.getDocument("readConcern"))
        .containsExactly(causal, causal, BsonDocument.parse("{level: 'majority'}"));
  }
}
