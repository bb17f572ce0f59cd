package dev.kvstore.internal.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.kvstore.BatchOptions;
import dev.kvstore.BatchOutcome;
import dev.kvstore.BatchResult;
import dev.kvstore.KVException;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.UnavailableException;
import dev.kvstore.mongo.MongoSettings;
import dev.kvstore.spi.RawValue;
import dev.kvstore.testing.RawStore;
import dev.kvstore.testing.WireServer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.Test;

/** Tests batches of more than a thousand keys, on a server that is slow or stops answering. */
class LargeBatchTest {
  private static final BsonDocument OK = BsonDocument.parse("{ok: 1}");

  private final AtomicInteger batches = new AtomicInteger();
  private final List<BsonDocument> written = new CopyOnWriteArrayList<>();

  private static Map<String, RawValue> values(int count) {
    Map<String, RawValue> values = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      values.put("k%05d".formatted(i), RawValues.int32(i));
    }
    return values;
  }

  /** Writes a batch to a server that responds to the n-th update command in this way. */
  private BatchResult write(
      int count,
      Duration timeout,
      BiFunction<Integer, BsonDocument, BsonDocument> answers,
      BiFunction<String, BsonDocument, BsonDocument> others) {
    WireServer.Commands commands = command -> {
      if (command.get(command.getFirstKey()).equals(new BsonString(StoredFormat.COLLECTION))) {
        return found(List.of(BsonDocument.parse("{_id: '_format', version: 1}")));
      }
      if (command.containsKey("update")) {
        return answers.apply(batches.incrementAndGet(), command);
      }
      return others.apply(command.getFirstKey(), command);
    };
    MongoSettings settings = MongoSettings.DEFAULT.withoutNearCache().withTimeout(timeout);
    try (WireServer server = new WireServer(commands);
        MongoClient client = MongoClients.create(server.uri());
        MongoEntryDatabase database = MongoEntryDatabase.open(client, "rec", settings)) {
      return RawStore.of(database.store("s")).writeMany(values(count), BatchOptions.DEFAULT);
    }
  }

  private BsonDocument done(BsonDocument command) {
    BsonArray updates = command.getArray("updates");
    updates.forEach(update -> written.add(update.asDocument()));
    BsonInt32 count = new BsonInt32(updates.size());
    return OK.clone().append("n", count).append("nModified", count);
  }

  private static BsonDocument found(List<BsonDocument> documents) {
    return OK.clone()
        .append(
            "cursor",
            BsonDocument.parse("{id: {$numberLong: '0'}, ns: 'rec.s'}")
                .append("firstBatch", new BsonArray(documents)));
  }

  private static BsonDocument asStored(BsonValue update) {
    BsonDocument set = update.asDocument().getDocument("u").getDocument("$set");
    return new BsonDocument("_id", update.asDocument().getDocument("q").get("_id"))
        .append("version", BsonDocument.parse("{v: {$numberLong: '1'}}").get("v"))
        .append("etag", set.get("etag"))
        .append("createdAt", set.get("updatedAt"))
        .append("updatedAt", set.get("updatedAt"));
  }

  @Test
  void slowServer_theTimeLimitIsForEachThousand() {
    BatchResult result = write(
        9500,
        Duration.ofSeconds(3),
        (batch, command) -> {
          assertThat(command.getArray("updates")).hasSizeLessThanOrEqualTo(1000);
          pause(Duration.ofMillis(400));
          return done(command);
        },
        (name, command) -> OK);
    assertThat(result).isEqualTo(new BatchResult(0, 9500));
    assertThat(batches).hasValue(10);
  }

  @Test
  void serverStopsAnswering_theErrorSaysWhatBecameOfEachKey() {
    List<BsonDocument> secret = new CopyOnWriteArrayList<>();
    assertThatExceptionOfType(OutcomeUnknownException.class)
        .isThrownBy(() -> write(
            2500,
            Duration.ofSeconds(2),
            (batch, command) -> {
              if (batch == 1) {
                return done(command);
              }
              // The server writes three of them, and its reply is lost.
              command.getArray("updates").subList(0, 3).forEach(one -> secret.add(asStored(one)));
              return WireServer.SILENCE;
            },
            (name, command) -> name.equals("find") ? found(secret) : OK))
        .withMessageContaining("1003 written (first: 'k00000')")
        .withMessageContaining("500 not written (first: 'k02000')")
        .withMessageContaining("997 unknown (first: 'k01003')")
        .satisfies(e -> {
          assertThat(e.getMessage()).hasSizeLessThan(1000);
          BatchOutcome outcome = e.batchOutcome().orElseThrow();
          assertThat(outcome.written()).hasSize(1003).contains("k00000", "k01002");
          assertThat(outcome.notWritten()).hasSize(500).contains("k02000", "k02499");
          assertThat(outcome.unknown()).hasSize(997).contains("k01003", "k01999");
          assertThat(e.getCause()).isInstanceOf(OutcomeUnknownException.class);
        });
  }

  @Test
  void refused_theErrorSaysWhichKey() {
    assertThatExceptionOfType(KVException.class)
        .isThrownBy(() -> write(
            3,
            Duration.ofSeconds(5),
            (batch, command) -> BsonDocument.parse("{ok: 1, n: 2, nModified: 2, writeErrors:"
                + " [{index: 1, code: 121, errmsg: 'Document failed validation'}]}"),
            (name, command) -> OK))
        .satisfies(e -> assertThat(e.batchOutcome())
            .contains(new BatchOutcome(List.of("k00000", "k00002"), List.of("k00001"), List.of())));
  }

  @Test
  void nothingSent_isUnavailable_andNothingWasWritten() {
    assertThatExceptionOfType(UnavailableException.class)
        .isThrownBy(() -> write(
            3,
            Duration.ofMillis(500),
            (batch, command) -> done(command),
            (name, command) -> name.equals("ping") || name.equals("createIndexes")
                ? BsonDocument.parse("{ok: 0, code: 91, errmsg: 'shutting down'}")
                : OK));
    assertThat(written).isEmpty();
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
