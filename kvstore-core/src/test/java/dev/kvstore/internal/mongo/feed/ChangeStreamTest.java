package dev.kvstore.internal.mongo.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoNamespace;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.testing.MongoTestServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.bson.BsonDocument;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the pump over a replica set or sharded cluster, a real one if available. */
class ChangeStreamTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static MongoTestServer server;

  private final RecordingSink sink = new RecordingSink();
  private MongoDatabase database;
  private MongoCollection<BsonDocument> settings;
  private ChangePump pump;

  @BeforeAll
  static void start() {
    server = MongoTestServer.startReplicaSet();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void open() {
    database = server
        .client()
        .getDatabase("kvstore_test_" + new ObjectId().toHexString())
        .withWriteConcern(WriteConcern.MAJORITY);
    settings = database.getCollection("settings", BsonDocument.class);
    pump = pump();
  }

  private ChangePump pump() {
    return new ChangePump(
        database.getName(),
        new DriverStreams(database, TIMEOUT, Duration.ofMillis(500)),
        () -> new PollingFeed(
            new DriverPoll(database, TIMEOUT), Duration.ofSeconds(1), InstantSource.system()),
        Pause.SLEEP);
  }

  @AfterEach
  void drop() {
    pump.close();
    database.drop();
  }

  /** Writes like a store. */
  private void write(String key) {
    settings.updateOne(
        Filters.eq("_id", key),
        Updates.combine(
            Updates.set("value", "a secret"),
            Updates.set("etag", new ObjectId()),
            Updates.inc("version", 1L),
            Updates.currentDate("updatedAt")),
        new UpdateOptions().upsert(true));
  }

  private void awaitReady(RecordingSink of, int times) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            of.calls.stream().filter(call -> call.startsWith("positioned")).count() >= times);
  }

  /** Waits until these changes were reported, regardless of batches. */
  private static void awaitChanges(RecordingSink of, String... changes) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(changes(of)).containsExactly(changes));
  }

  private static List<String> changes(RecordingSink of) {
    List<String> changes = new ArrayList<>();
    for (String call : of.calls) {
      String inBrackets = call.replaceAll("^[^\\[]*\\[?|\\][^\\]]*$", "");
      if (call.contains("[") && !inBrackets.isEmpty()) {
        changes.addAll(List.of(inBrackets.split(",")));
      }
    }
    return changes;
  }

  @Test
  void writesAndDeletes_areTold() {
    pump.subscribe("settings", sink, null);
    awaitReady(sink, 1);
    write("a");
    write("a");
    settings.deleteOne(Filters.eq("_id", "a"));
    write("a");
    awaitChanges(sink, "a=v1", "a=v2", "a deleted", "a=v1");
  }

  @Test
  void writesByHand_areOfUnknownVersion() {
    write("a");
    pump.subscribe("settings", sink, null);
    awaitReady(sink, 1);
    settings.updateOne(Filters.eq("_id", "a"), Updates.set("value", 2));
    settings.replaceOne(Filters.eq("_id", "a"), BsonDocument.parse("{value: 3}"));
    settings.insertOne(BsonDocument.parse("{_id: 'b', value: 3}"));
    settings.insertOne(BsonDocument.parse("{_id: 1, value: 3}"));
    awaitChanges(sink, "a=v?", "a=v?", "b=v?");
  }

  @Test
  void overwriteOfAnExpiredEntry_isAnExpiryAndASet() {
    settings.insertOne(BsonDocument.parse("{_id: 'a', value: 1, version: NumberLong(9)}"));
    pump.subscribe("settings", sink, null);
    awaitReady(sink, 1);
    settings.replaceOne(
        Filters.eq("_id", "a"),
        BsonDocument.parse("{value: 2, version: NumberLong(1), etag: ObjectId()}"
            .replace("ObjectId()", "ObjectId('" + new ObjectId() + "')")));
    awaitChanges(sink, "a expired", "a=v1");
  }

  @Test
  void secondStore_joinsTheStream_withoutHarmToTheFirst() {
    RecordingSink other = new RecordingSink();
    pump.subscribe("settings", sink, null);
    awaitReady(sink, 1);
    write("a");
    pump.subscribe("other", other, null);
    write("b");
    awaitReady(other, 1);
    database
        .getCollection("other", BsonDocument.class)
        .insertOne(BsonDocument.parse("{_id: 'x', version: NumberLong(1)}"));
    write("c");
    awaitChanges(sink, "a=v1", "b=v1", "c=v1");
    awaitChanges(other, "x=v1");
    assertThat(sink.calls).doesNotContain("missed");
  }

  @Test
  void fromAPosition_tellsWhatHappenedSince() {
    pump.subscribe("settings", sink, null);
    awaitReady(sink, 1);
    write("a");
    awaitChanges(sink, "a=v1");
    String told =
        sink.calls.stream().filter(call -> call.contains("a=v1")).findFirst().orElseThrow();
    long position = Long.parseLong(told.substring(told.lastIndexOf(' ') + 1));
    write("b");
    write("c");
    awaitChanges(sink, "a=v1", "b=v1", "c=v1");
    RecordingSink late = new RecordingSink();
    pump.subscribe("settings", late, new SyncToken(position + 1));
    await().atMost(Duration.ofSeconds(30)).until(() -> changes(late).contains("c=v1"));
    write("d");
    await().atMost(Duration.ofSeconds(30)).until(() -> changes(late).contains("d=v1"));
    assertThat(changes(late).stream().distinct()).containsExactly("b=v1", "c=v1", "d=v1");
    assertThat(late.calls).doesNotContain("missed");
  }

  /** The outcome depends on whether the oplog of the server goes back to its start. */
  @Test
  void fromLongAgo_isMissedOrToldOfAll_andGoesOn() {
    pump.subscribe("settings", sink, new SyncToken(1L << 32 | 1));
    awaitReady(sink, 1);
    write("a");
    await().atMost(Duration.ofSeconds(30)).until(() -> changes(sink).contains("a=v1"));
    assertThat(changes(sink)).containsOnly("a=v1"); // twice if one stream hands over to another
  }

  @Test
  void dropAndRename_areMissed_andItGoesOn() {
    write("a");
    pump.subscribe("settings", sink, null);
    awaitReady(sink, 1);
    settings.drop();
    awaitReady(sink, 2);
    write("b");
    awaitChanges(sink, "b=v1");
    settings.renameCollection(new MongoNamespace(database.getName(), "renamed"));
    awaitReady(sink, 3);
    write("c");
    awaitChanges(sink, "b=v1", "c=v1");
    assertThat(sink.calls).filteredOn("missed"::equals).hasSize(2);
  }

  @Test
  void dropOfTheDatabase_isMissed_andItGoesOn() {
    write("a");
    pump.subscribe("settings", sink, null);
    awaitReady(sink, 1);
    database.drop();
    awaitReady(sink, 2);
    await().atMost(Duration.ofSeconds(30)).until(() -> {
      write("b");
      return changes(sink).stream().anyMatch(change -> change.startsWith("b="));
    });
    assertThat(sink.calls).contains("missed");
  }

  @Test
  void transaction_isOfOnePosition() {
    write("first"); // creates the collection
    List<Long> positions = new ArrayList<>();
    AtomicInteger told = new AtomicInteger();
    ChangeSink noting = new ChangeSink() {
      @Override
      public void positioned(long position) {
        told.incrementAndGet();
      }

      @Override
      public void changed(List<Change> changes, long position) {
        changes.forEach(change -> positions.add(change.position()));
        told.addAndGet(changes.size());
      }

      @Override
      public void missed() {}
    };
    pump.subscribe("settings", noting, null);
    await().atMost(Duration.ofSeconds(30)).until(() -> told.get() == 1);
    try (ClientSession session = server.client().startSession()) {
      session.withTransaction(() -> {
        settings.insertOne(session, BsonDocument.parse("{_id: 't1', version: NumberLong(1)}"));
        settings.insertOne(session, BsonDocument.parse("{_id: 't2', version: NumberLong(1)}"));
        return true;
      });
    }
    await().atMost(Duration.ofSeconds(30)).until(() -> told.get() >= 3);
    assertThat(positions).hasSize(2);
    assertThat(positions.get(0)).isEqualTo(positions.get(1));
  }

  @Test
  void changes_tenThousandByFourWriters_areAllTold_inOrderPerKey() throws Exception {
    Map<String, List<Long>> told = new ConcurrentHashMap<>();
    AtomicInteger count = new AtomicInteger();
    AtomicInteger surprises = new AtomicInteger(-1);
    ChangeSink counting = new ChangeSink() {
      @Override
      public void positioned(long position) {
        surprises.incrementAndGet();
      }

      @Override
      public void changed(List<Change> changes, long position) {
        for (Change change : changes) {
          told.computeIfAbsent(change.key(), any -> new ArrayList<>()).add(change.version());
        }
        count.addAndGet(changes.size());
      }

      @Override
      public void missed() {
        surprises.incrementAndGet();
      }
    };
    pump.subscribe("settings", counting, null);
    await().atMost(Duration.ofSeconds(30)).until(() -> surprises.get() == 0);
    ExecutorService writers = Executors.newFixedThreadPool(4);
    List<Future<?>> done = new ArrayList<>();
    for (int writer = 0; writer < 4; writer++) {
      String key = "k" + writer;
      done.add(writers.submit(() -> {
        for (int i = 0; i < 2500; i++) {
          write(key);
        }
      }));
    }
    for (Future<?> one : done) {
      one.get();
    }
    writers.shutdown();
    await().atMost(Duration.ofSeconds(60)).until(() -> count.get() >= 10_000);
    List<Long> all = LongStream.rangeClosed(1, 2500).boxed().toList();
    assertThat(told)
        .hasSize(4)
        .allSatisfy((key, versions) -> assertThat(versions).isEqualTo(all));
    assertThat(surprises).hasValue(0);
  }
}
