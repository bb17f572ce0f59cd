package dev.kvstore.internal.mongo.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.kvstore.KVChange;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.testing.WireServer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the pump with the real driver and a scripted server. */
class DriverStreamsTest {
  private static final int CHANGES = 10_000;
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private static MongoClient client(WireServer server) {
    return MongoClients.create(MongoClientSettings.builder()
        .applyConnectionString(new ConnectionString(server.uri()))
        .applyToServerSettings(settings -> settings
            .heartbeatFrequency(20, TimeUnit.MILLISECONDS)
            .minHeartbeatFrequency(5, TimeUnit.MILLISECONDS))
        .build());
  }

  private static ChangePump pump(MongoClient client) {
    StreamSource source =
        new DriverStreams(client.getDatabase("rec"), TIMEOUT, Duration.ofMillis(20));
    VersionPoll poll = new DriverPoll(client.getDatabase("rec"), TIMEOUT);
    return new ChangePump(
        "rec",
        source,
        () -> new PollingFeed(poll, Duration.ofMillis(10), Clock.systemUTC()),
        duration -> {});
  }

  /**
   * Returns events of writes and deletes of a hundred keys, some in transactions with the same
   * time.
   */
  private static List<BsonDocument> history(Random random) {
    List<BsonDocument> events = new ArrayList<>();
    Map<String, Long> versions = new HashMap<>();
    long time = 10;
    while (events.size() < CHANGES) {
      String key = "k" + random.nextInt(100);
      time += random.nextInt(10) == 0 ? 0 : 1;
      if (random.nextInt(5) == 0 && versions.remove(key) != null) {
        events.add(tokened(ScriptedSource.delete("s", key, time), time, events.size()));
      } else {
        long version = versions.merge(key, 1L, Long::sum);
        events.add(tokened(ScriptedSource.set("s", key, version, time), time, events.size()));
      }
    }
    return events;
  }

  /** Adds the token of an event; events of the same time have different tokens. */
  private static BsonDocument tokened(BsonDocument event, long time, int number) {
    return event.append(
        "_id", BsonDocument.parse("{_data: '82%016X2C%08X'}".formatted(time, number)));
  }

  private static Map<String, List<String>> byKey(List<BsonDocument> events) {
    Map<String, List<String>> byKey = new HashMap<>();
    for (BsonDocument event : events) {
      String key = event.getDocument("documentKey").getString("_id").getValue();
      byKey
          .computeIfAbsent(key, any -> new ArrayList<>())
          .add(
              event.containsKey("updateDescription")
                  ? "v"
                      + StreamEvent.version(
                          event.getDocument("updateDescription").getDocument("updatedFields"))
                  : "deleted");
    }
    return byKey;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void changes_overAServerThatDisconnectsAtRandom_areAllTold_inOrderPerKey(long seed) {
    List<BsonDocument> events = history(new Random(seed));
    ScriptedHistory history = new ScriptedHistory(events, seed, 0.05);
    List<String> surprises = new CopyOnWriteArrayList<>();
    List<Change> told = new CopyOnWriteArrayList<>();
    List<Change> toldNow = new ArrayList<>(); // confined to the pump's thread
    AtomicInteger count = new AtomicInteger();
    ChangeSink sink = new ChangeSink() {
      private long last;

      @Override
      public void positioned(long position) {
        last = position;
      }

      @Override
      public void changed(List<Change> changes, long position) {
        if (position < last || changes.stream().anyMatch(change -> change.position() < last)) {
          surprises.add("went back from " + last);
        }
        last = position;
        toldNow.addAll(changes);
        if (count.addAndGet(changes.size()) >= CHANGES) {
          told.addAll(toldNow);
          toldNow.clear();
        }
      }

      @Override
      public void missed() {
        surprises.add("missed");
      }
    };
    try (WireServer server = new WireServer(history);
        MongoClient client = client(server);
        ChangePump pump = pump(client)) {
      pump.subscribe("s", sink, null);
      await().atMost(Duration.ofSeconds(60)).until(() -> told.size() >= CHANGES);
    }
    assertThat(surprises).isEmpty();
    assertThat(history.disconnects).isPositive();
    Map<String, List<String>> expected = byKey(events);
    Map<String, List<String>> actual = new HashMap<>();
    for (Change change : told) {
      actual
          .computeIfAbsent(change.key(), any -> new ArrayList<>())
          .add(change.kind() == KVChange.Kind.SET ? "v" + change.version() : "deleted");
    }
    assertThat(actual).isEqualTo(expected);
  }

  @Test
  void open_sendsAPipelineThatKeepsOthersTrafficAway() {
    ScriptedHistory history = new ScriptedHistory(List.of(), 1, 0);
    RecordingSink sink = new RecordingSink();
    try (WireServer server = new WireServer(history);
        MongoClient client = client(server);
        ChangePump pump = pump(client)) {
      pump.subscribe("settings", sink, null);
      await().until(() -> sink.calls.size() >= 2);
      assertThat(sink.calls).startsWith("positioned 1", "changed [] 1");
    }
    BsonDocument command = history.streams.get(0);
    assertThat(command.get("aggregate")).isEqualTo(new BsonInt32(1));
    BsonArray pipeline = command.getArray("pipeline");
    assertThat(pipeline.get(0))
        .isEqualTo(BsonDocument.parse("{$changeStream: {startAtOperationTime: Timestamp(0, 1)}}"));
    assertThat(pipeline.get(1)).isEqualTo(BsonDocument.parse("""
            {$match: {$or: [
              {'ns.coll': {$in: ['settings']}},
              {'to.coll': {$in: ['settings']}},
              {operationType: {$in: ['dropDatabase', 'invalidate']}}]}}
            """));
    BsonDocument project = pipeline.get(2).asDocument().getDocument("$project");
    assertThat(project.keySet()).doesNotContain("fullDocument", "updateDescription", "_id");
    assertThat(project.values()).containsOnly(new BsonInt32(1));
  }

  @Test
  void standalone_isPolled_byOneQuery() {
    List<BsonDocument> finds = new CopyOnWriteArrayList<>();
    BsonDocument refusal = RecordedStreams.lines("streams.jsonl").stream()
        .filter(line -> line.getString("scenario").getValue().equals("watch"))
        .map(line -> line.getDocument("error"))
        .findFirst()
        .orElseThrow();
    WireServer.Commands commands = command -> {
      if (command.containsKey("aggregate")) {
        return refusal;
      }
      if (!command.containsKey("find")) {
        return BsonDocument.parse("{ok: 1}");
      }
      finds.add(command);
      return BsonDocument.parse("""
          {ok: 1, cursor: {id: NumberLong(0), ns: 'rec.s', firstBatch: [
            {_id: 'a', version: NumberLong(%d), etag: ObjectId('00000000000000000000000a')}]}}
          """.formatted(finds.size()));
    };
    RecordingSink sink = new RecordingSink();
    sink.interest = new dev.kvstore.spi.Interest(Set.of("a"), Set.of("ui."));
    try (WireServer server = new WireServer(commands);
        MongoClient client = client(server);
        ChangePump pump = pump(client)) {
      pump.subscribe("s", sink, null);
      await().until(() -> sink.calls.size() >= 3);
    }
    assertThat(sink.calls).startsWith("positioned 0", "changed [a=v2] 0", "changed [a=v3] 0");
    assertThat(finds.get(0).getDocument("filter"))
        .isEqualTo(BsonDocument.parse(
            "{$or: [{$and: [{_id: {$gte: 'ui.'}}, {_id: {$lt: 'ui/'}}]}, {_id: {$in: ['a']}}]}"));
    assertThat(finds.get(0).getDocument("projection"))
        .isEqualTo(BsonDocument.parse("{version: 1, etag: 1, expiresAt: 1}"));
  }

  @Test
  void close_whileTheServerIsFrozen_endsSoon() {
    ScriptedHistory history = new ScriptedHistory(List.of(), 1, 0);
    WireServer.Commands frozen = command -> {
      if (command.containsKey("getMore")) {
        try {
          TimeUnit.MINUTES.sleep(1);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return history.answer(command);
    };
    RecordingSink sink = new RecordingSink();
    try (WireServer server = new WireServer(frozen);
        MongoClient client = client(server)) {
      ChangePump pump = pump(client);
      pump.subscribe("s", sink, null);
      await().until(() -> !sink.calls.isEmpty());
      long begin = System.nanoTime();
      pump.close();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TIMEOUT.multipliedBy(2));
      await()
          .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
              .extracting(Thread::getName)
              .doesNotContain("kvstore-changes-rec"));
    }
  }

  @Test
  void maxAwait_notBelowTheTimeout_isRefused() {
    try (MongoClient client = MongoClients.create("mongodb://127.0.0.1:1")) {
      assertThatThrownBy(() -> new DriverStreams(client.getDatabase("rec"), TIMEOUT, TIMEOUT))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
