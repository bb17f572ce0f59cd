package dev.kvstore.internal.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.connection.ServerDescription;
import dev.kvstore.internal.mongo.feed.Recorded;
import dev.kvstore.internal.mongo.feed.RecordedStreams;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonTimestamp;
import org.junit.jupiter.api.Test;

/** Tests the stand-in for a replica set: writes, transactions and failures. */
class StandInReplicaSetTest extends StandInFixture {
  @Test
  void writes_areAnsweredAsRecorded_andToldAsRecorded() {
    BsonDocument stream = openStream("{}");
    for (BsonDocument line : RecordedStreams.lines("writes.jsonl")) {
      Recorded recorded = new Recorded(line);
      String note = line.getString("note").getValue();
      if (note.startsWith("again after another write")) {
        run("{update: 'settings', updates: [{q: {_id: 'retried'}, u: {$set: {value: 0}}}]}");
      }
      if (note.startsWith("afterClusterTime")) {
        BsonDocument reply = run(afterTomorrow(recorded.command()));
        assertThat(reply.get("code")).isEqualTo(recorded.reply().get("code"));
      } else {
        BsonDocument reply = run(recorded.command());
        assertThat(lasting(reply)).as(note).isEqualTo(lasting(recorded.reply()));
      }
    }
    List<BsonDocument> told = new ArrayList<>(events(more(stream)));
    BsonDocument between = told.remove(told.size() - 1);
    assertThat(between.getDocument("updateDescription"))
        .isEqualTo(BsonDocument.parse("{updatedFields: {value: 0}, removedFields: []}"));
    List<BsonDocument> recorded = recordedEvents(told);
    assertThat(lasting(told)).isEqualTo(lasting(recorded)).hasSizeGreaterThan(15);
    for (int i = 0; i < told.size(); i++) {
      assertThat(place(told.get(i))).isEqualTo(place(recorded.get(i)));
    }
  }

  /** Replaces times that were in the future when they were recorded. */
  private static BsonDocument afterTomorrow(BsonDocument command) {
    BsonDocument moved = command.clone();
    long tomorrow = Instant.now().plus(Duration.ofDays(1)).getEpochSecond();
    moved
        .getDocument("readConcern")
        .put("afterClusterTime", new BsonTimestamp(Math.toIntExact(tomorrow), 1));
    return moved;
  }

  /** Returns the recorded events of these commands; other commands wrote the same keys, too. */
  private static List<BsonDocument> recordedEvents(List<BsonDocument> told) {
    List<BsonDocument> recorded = new ArrayList<>();
    for (BsonDocument event : RecordedStreams.events("database")) {
      if (recorded.size() < told.size()
          && key(event).equals(key(told.get(recorded.size())))
          && !event.toJson().contains("\"version\": 5")) {
        recorded.add(event);
      }
    }
    return recorded;
  }

  private static BsonDocument key(BsonDocument event) {
    return event.getDocument("documentKey", new BsonDocument());
  }

  @Test
  void time_movesWithWrites_andIsToldWithEachAnswer() {
    BsonDocument before = run("{ping: 1}");
    BsonDocument written = run("{insert: 'settings', documents: [{_id: 'a'}]}");
    BsonDocument after = run("{find: 'settings'}");
    assertThat(written.getTimestamp("operationTime")).isGreaterThan(time(before));
    assertThat(time(after)).isEqualTo(time(written));
    assertThat(after.getDocument("$clusterTime").get("clusterTime")).isEqualTo(time(after));
    assertThat(told(Map.of("startAtOperationTime", time(written)))).hasSize(1);
    assertThat(
            told(Map.of("startAtOperationTime", new BsonTimestamp(time(written).getValue() + 1))))
        .isEmpty();
  }

  private List<BsonDocument> told(Map<String, BsonTimestamp> options) {
    BsonDocument stage = new BsonDocument();
    stage.putAll(options);
    return events(openStream(stage.toJson()));
  }

  @Test
  void transaction_isSeenWhenItIsCommitted_andToldAtOneTime() {
    MongoCollection<BsonDocument> settings = database.getCollection("settings", BsonDocument.class);
    BsonDocument opened = openStream("{}");
    try (ClientSession session = client.startSession()) {
      session.startTransaction();
      settings.insertOne(session, BsonDocument.parse("{_id: 'a'}"));
      settings.insertOne(session, BsonDocument.parse("{_id: 'b'}"));
      assertThat(settings.countDocuments(session)).isEqualTo(2);
      assertThat(settings.countDocuments()).isZero();
      session.commitTransaction();
      assertThat(settings.countDocuments()).isEqualTo(2);
      session.startTransaction();
      settings.insertOne(session, BsonDocument.parse("{_id: 'c'}"));
      session.abortTransaction();
    }
    List<BsonDocument> told = events(more(opened));
    assertThat(told)
        .hasSize(2)
        .extracting(event -> event.get("clusterTime"))
        .containsOnly(told.get(0).get("clusterTime"));
    List<String> recorded = RecordedStreams.events("database").stream()
        .filter(event -> event.containsKey("txnNumber"))
        .map(StandInFixture::place)
        .toList();
    assertThat(told).extracting(StandInFixture::place).isEqualTo(recorded.subList(0, 2));
    assertThat(told).allSatisfy(event -> assertThat(event).containsKeys("lsid", "txnNumber"));
  }

  @Test
  void transaction_ofWhatOthersWrote_conflictsAsRecorded() {
    MongoCollection<BsonDocument> settings = database.getCollection("settings", BsonDocument.class);
    BsonDocument recorded = Recorded.replicaSet(
            "transaction", "B writes the same key: WriteConflict")
        .reply();
    try (ClientSession session = client.startSession()) {
      session.startTransaction();
      settings.insertOne(session, BsonDocument.parse("{_id: 'a', by: 1}"));
      settings.insertOne(BsonDocument.parse("{_id: 'a', by: 2}"));
      assertThat(catchThrowableOfType(MongoCommandException.class, session::commitTransaction))
          .satisfies(e -> assertThat(lasting(e.getResponse())).isEqualTo(lasting(recorded)));
    }
    assertThat(settings.find()).containsExactly(BsonDocument.parse("{_id: 'a', by: 2}"));
  }

  @Test
  void steppedDown_refusesAndInterrupts() {
    BsonDocument opened = openStream("{}");
    standIn.stepDown();
    assertThat(run("{find: 'settings'}")).containsEntry("code", new BsonInt32(10107));
    await()
        .until(() -> client.getClusterDescription().getServerDescriptions().stream()
            .noneMatch(ServerDescription::isPrimary));
    standIn.stepUp();
    assertThat(more(opened).getDouble("ok").getValue()).isEqualTo(1);
  }

  @Test
  void heldReads_waitWhereTheyDemandATime() throws Exception {
    BsonDocument written = run("{insert: 'settings', documents: [{_id: 'a'}]}");
    BsonDocument concern = new BsonDocument("afterClusterTime", time(written));
    ExecutorService caller = Executors.newSingleThreadExecutor();
    try {
      standIn.holdReads(true);
      CompletableFuture<BsonDocument> late = CompletableFuture.supplyAsync(
          () -> run(BsonDocument.parse("{find: 'settings'}").append("readConcern", concern)),
          caller);
      assertThat(run("{find: 'settings'}")).containsKey("cursor");
      assertThat(late).isNotDone();
      standIn.holdReads(false);
      assertThat(late.get()).containsKey("cursor");
    } finally {
      caller.shutdownNow();
    }
  }

  @Test
  void frozen_answersNothing_untilItIsThawed() throws Exception {
    run("{ping: 1}");
    ExecutorService caller = Executors.newSingleThreadExecutor();
    try {
      standIn.wire().freeze();
      MongoDatabase impatient = database.withTimeout(200, TimeUnit.MILLISECONDS);
      assertThat(catchThrowable(() -> impatient.runCommand(BsonDocument.parse("{ping: 1}"))))
          .isInstanceOf(MongoException.class);
      CompletableFuture<BsonDocument> late =
          CompletableFuture.supplyAsync(() -> run("{ping: 1}"), caller);
      assertThat(late).isNotDone();
      standIn.wire().thaw();
      assertThat(late.get()).containsKey("operationTime");
    } finally {
      caller.shutdownNow();
    }
  }

  @Test
  void refusing_letsNobodyIn_untilItAccepts() {
    run("{insert: 'settings', documents: [{_id: 'a'}]}");
    standIn.wire().refuse();
    MongoDatabase impatient = database.withTimeout(300, TimeUnit.MILLISECONDS);
    assertThat(catchThrowable(() -> impatient.runCommand(BsonDocument.parse("{ping: 1}"))))
        .isInstanceOf(MongoException.class);
    standIn.wire().accept(true);
    assertThat(database.getCollection("settings").countDocuments()).isEqualTo(1);
  }
}
