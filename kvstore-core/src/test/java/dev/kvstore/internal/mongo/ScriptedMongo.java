package dev.kvstore.internal.mongo;

import dev.kvstore.testing.WireServer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/**
 * A server with the parts of MongoDB's wire protocol that the driver needs. It reports version 4.4,
 * replies as scripted, and records commands. A command that is not in the script gets an error.
 */
final class ScriptedMongo implements AutoCloseable {
  /** Commands of the driver itself, which need no script. */
  private static final Set<String> ROUTINE =
      Set.of("ping", "endSessions", "killCursors", "createIndexes");

  private final WireServer server;
  private final boolean replicaSet;
  private final Deque<Answer> script = new ArrayDeque<>();
  private final List<BsonDocument> sent = new ArrayList<>();
  private final List<String> surprises = new ArrayList<>();

  private volatile BsonDocument format =
      found(new BsonDocument("_id", new BsonString(StoredFormat.ID))
          .append(StoredFormat.VERSION, new BsonInt32(1)));

  private ScriptedMongo(boolean replicaSet, int maxWireVersion) {
    this.replicaSet = replicaSet;
    this.server = new WireServer(new WireServer.Commands() {
      @Override
      public @Nullable BsonDocument answer(BsonDocument command) {
        return ScriptedMongo.this.answer(command).apply(command);
      }

      @Override
      public BsonDocument hello(String address) {
        return replicaSet
            ? WireServer.helloOfPrimary(address)
            : WireServer.helloOfStandalone(maxWireVersion);
      }
    });
  }

  static ScriptedMongo replicaSet() {
    return new ScriptedMongo(true, WireServer.WIRE_VERSION);
  }

  static ScriptedMongo standalone() {
    return new ScriptedMongo(false, WireServer.WIRE_VERSION);
  }

  static ScriptedMongo ofWireVersion(int version) {
    return new ScriptedMongo(false, version);
  }

  /** The reply to one command. */
  private record Answer(String command, Reply reply) {}

  /** Like {@link WireServer.Commands}. */
  private interface Reply {
    @Nullable
    BsonDocument apply(BsonDocument command);
  }

  ScriptedMongo reply(String command, BsonDocument reply) {
    return add(command, any -> reply);
  }

  ScriptedMongo reply(String command, Function<BsonDocument, BsonDocument> reply) {
    return add(command, reply::apply);
  }

  /** Closes the connection instead of replying. */
  ScriptedMongo hangUp(String command) {
    return add(command, any -> null);
  }

  /** Never replies. */
  ScriptedMongo silence(String command) {
    return add(command, any -> WireServer.SILENCE);
  }

  /** Sets the reply to reads of the database format. */
  ScriptedMongo format(BsonDocument reply) {
    format = reply;
    return this;
  }

  private ScriptedMongo add(String command, Reply reply) {
    synchronized (script) {
      script.add(new Answer(command, reply));
    }
    return this;
  }

  String uri() {
    return "mongodb://" + server.address() + "/rec" + (replicaSet ? "?replicaSet=rs0" : "");
  }

  /** Returns the received commands, without the driver's own. */
  List<BsonDocument> sent() {
    synchronized (script) {
      assertNoSurprises();
      return List.copyOf(sent);
    }
  }

  List<BsonDocument> sent(String command) {
    return sent().stream().filter(document -> document.containsKey(command)).toList();
  }

  private void assertNoSurprises() {
    if (!surprises.isEmpty()) {
      throw new AssertionError("The script has no answer for " + surprises);
    }
  }

  @Override
  public void close() {
    server.close();
  }

  private Reply answer(BsonDocument command) {
    String name = command.getFirstKey();
    synchronized (script) {
      if (command.get(name).equals(new BsonString(StoredFormat.COLLECTION))) {
        return any -> format;
      }
      Answer answer = script.peek();
      boolean scripted = answer != null && answer.command().equals(name);
      if (!scripted && ROUTINE.contains(name)) {
        return any -> ok();
      }
      sent.add(command);
      if (answer == null || !scripted) {
        surprises.add(name);
        return any -> error(59, "CommandNotFound");
      }
      return script.remove().reply();
    }
  }

  static BsonDocument ok() {
    return new BsonDocument("ok", new BsonDouble(1));
  }

  static BsonDocument error(int code, String name) {
    return new BsonDocument("ok", new BsonDouble(0))
        .append("errmsg", new BsonString("scripted"))
        .append("code", new BsonInt32(code))
        .append("codeName", new BsonString(name));
  }

  static BsonDocument found(BsonDocument... documents) {
    return ok().append(
            "cursor",
            new BsonDocument("firstBatch", new BsonArray(List.of(documents)))
                .append("id", new org.bson.BsonInt64(0))
                .append("ns", new BsonString("rec.settings")));
  }
}
