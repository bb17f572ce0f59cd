package dev.kvstore.internal.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.kvstore.testing.StandInReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * Access to the stand-in replica set with the driver, for comparison with recordings of a real one.
 */
@Timeout(60)
abstract class StandInFixture {
  /** Members that differ each time, and that no client uses. */
  private static final Set<String> PASSING = Set.of(
      "$clusterTime",
      "operationTime",
      "opTime",
      "electionId",
      "updatedAt",
      "lastErrorObject",
      "codeName",
      "keyPattern",
      "keyValue");

  /** The length of a token's position; the collection and the key follow. */
  private static final int PLACE_LENGTH = "826B015F46000000032B022C0100296E".length();

  StandInReplicaSet standIn;
  MongoClient client;
  MongoDatabase database;

  @BeforeEach
  final void start() {
    standIn = StandInReplicaSet.start();
    client = MongoClients.create(standIn.connectionString());
    database = client.getDatabase("rec");
  }

  @AfterEach
  final void stop() {
    standIn.wire().thaw();
    client.close();
    standIn.close();
  }

  final BsonDocument run(BsonDocument command) {
    try {
      return database.runCommand(command, BsonDocument.class);
    } catch (MongoCommandException e) {
      return e.getResponse();
    }
  }

  final BsonDocument run(String command) {
    return run(BsonDocument.parse(command));
  }

  final BsonDocument openStream(String options, String... stages) {
    List<String> pipeline = new ArrayList<>(List.of("{$changeStream: " + options + "}"));
    pipeline.addAll(List.of(stages));
    return run("{aggregate: 1, pipeline: " + pipeline + ", cursor: {}}");
  }

  static long id(BsonDocument reply) {
    return reply.getDocument("cursor").getInt64("id").getValue();
  }

  static BsonDocument token(BsonDocument reply) {
    return reply.getDocument("cursor").getDocument("postBatchResumeToken");
  }

  final BsonDocument more(BsonDocument opened) {
    return run(new BsonDocument("getMore", new BsonInt64(id(opened)))
        .append("collection", new BsonString("$cmd.aggregate"))
        .append("maxTimeMS", new BsonInt64(1)));
  }

  static List<BsonDocument> events(BsonDocument reply) {
    BsonDocument cursor = reply.getDocument("cursor");
    return cursor.getArray(cursor.containsKey("firstBatch") ? "firstBatch" : "nextBatch").stream()
        .map(BsonValue::asDocument)
        .toList();
  }

  /** Removes the varying members, at any depth. */
  static BsonValue lasting(BsonValue value) {
    if (value.isArray()) {
      return new BsonArray(
          value.asArray().stream().map(StandInReplicaSetTest::lasting).toList());
    }
    if (!value.isDocument()) {
      return value;
    }
    BsonDocument lasting = new BsonDocument();
    value.asDocument().forEach((name, member) -> {
      if (!PASSING.contains(name)) {
        lasting.put(name, lasting(member));
      }
    });
    return lasting;
  }

  static List<BsonValue> lasting(List<BsonDocument> events) {
    return events.stream()
        .map(event -> {
          BsonDocument lasting = lasting(event).asDocument();
          lasting.remove("_id");
          lasting.remove("clusterTime");
          return (BsonValue) lasting;
        })
        .toList();
  }

  /** Returns the position in the token, without the time. */
  static String place(BsonDocument event) {
    return data(event.getDocument("_id")).substring(18, PLACE_LENGTH);
  }

  static String data(BsonDocument token) {
    return token.getString("_data").getValue();
  }

  static BsonTimestamp time(BsonDocument reply) {
    return reply.getTimestamp("operationTime");
  }
}
