package dev.kvstore.internal.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.kvstore.Names;
import dev.kvstore.internal.mongo.feed.ChangePump;
import dev.kvstore.testing.WireServer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
  @Test
  void beats_writeToAMajority_whateverTheLastOneCameTo() {
    List<BsonDocument> sent = new CopyOnWriteArrayList<>();
    WireServer.Commands commands = command -> {
      if (!command.containsKey("update")) {
        return BsonDocument.parse("{ok: 1}");
      }
      sent.add(command);
      return switch (sent.size()) {
        case 1 -> BsonDocument.parse("{ok: 1, n: 1, nModified: 1}");
        case 2 ->
          BsonDocument.parse(
              "{ok: 1, n: 0, writeErrors: [{index: 0, code: 11000, errmsg: 'E11000'}]}");
        default -> BsonDocument.parse("{ok: 0, code: 13, errmsg: 'not allowed'}");
      };
    };
    try (WireServer server = new WireServer(commands);
        MongoClient client = MongoClients.create(server.uri());
        Heartbeat heartbeat = Heartbeat.start(
            client.getDatabase("rec"), Duration.ofMillis(100), () -> Instant.EPOCH)) {
      await().until(() -> sent.size() >= 4);
      assertThat(heartbeat).isNotNull();
    }
    BsonDocument first = sent.get(0);
    assertThat(first.getString("update").getValue()).isEqualTo("kvstore.heartbeat");
    assertThat(first.getDocument("writeConcern")).isEqualTo(BsonDocument.parse("{w: 'majority'}"));
    assertThat(first.getArray("updates").get(0)).isEqualTo(BsonDocument.parse("""
            {q: {$and: [{_id: 'heartbeat'}, {at: {$lt: {$date: {$numberLong: '-50'}}}}]},
             u: {$set: {at: {$date: {$numberLong: '0'}}}}, upsert: true}
            """));
    assertThat(Names.isStore(ChangePump.HEARTBEATS)).isFalse();
    await()
        .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
            .extracting(Thread::getName)
            .doesNotContain("kvstore-heartbeat-rec"));
  }

  @Test
  void errorInOneBeat_theNextComesAllTheSame() {
    AtomicInteger asked = new AtomicInteger();
    List<BsonDocument> sent = new CopyOnWriteArrayList<>();
    WireServer.Commands commands = command -> {
      if (command.containsKey("update")) {
        sent.add(command);
      }
      return BsonDocument.parse("{ok: 1, n: 1, nModified: 1}");
    };
    InstantSource clock = () -> {
      if (asked.getAndIncrement() == 0) {
        throw new StackOverflowError();
      }
      return Instant.EPOCH;
    };
    try (WireServer server = new WireServer(commands);
        MongoClient client = MongoClients.create(server.uri());
        Heartbeat heartbeat =
            Heartbeat.start(client.getDatabase("rec"), Duration.ofMillis(100), clock)) {
      await().until(() -> !sent.isEmpty());
      assertThat(heartbeat).isNotNull();
    }
  }
}
