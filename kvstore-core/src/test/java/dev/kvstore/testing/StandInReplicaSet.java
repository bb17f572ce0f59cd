package dev.kvstore.testing;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for a replica set of MongoDB 4.4: a single member whose cluster time advances with
 * each write. It supports sessions, retryable writes, transactions, causally consistent reads, and
 * change streams of a database with {@code $match} and {@code $project}. Other features of replica
 * sets are refused.
 *
 * <p>A test can make it fail in most ways in which a real one does. Thread-safe.
 */
public final class StandInReplicaSet implements AutoCloseable {
  private final Documents documents = new Documents();
  private final Oplog oplog = new Oplog();
  private final ObservedWrites writes = new ObservedWrites(documents, oplog);
  private final ChangeStreams streams = new ChangeStreams(oplog);
  private final Transactions transactions = new Transactions(documents, oplog);
  private final WireServer.Commands commands = new WireServer.Commands() {
    @Override
    public @Nullable BsonDocument answer(BsonDocument command) throws InterruptedException {
      return StandInReplicaSet.this.answer(command);
    }

    @Override
    public BsonDocument hello(String address) {
      return StandInReplicaSet.this.hello(address);
    }
  };
  private final WireServer server = new WireServer(commands);
  private volatile Duration slowness = Duration.ZERO;

  // Guarded by the oplog.
  private final Map<BsonValue, Written> lastWrites = new HashMap<>();
  private boolean isPrimary = true;
  private boolean readsHeld;
  private int denials;

  /** The result of the last write of a session. */
  private record Written(long number, BsonDocument reply) {}

  private StandInReplicaSet() {}

  public static StandInReplicaSet start() {
    return new StandInReplicaSet();
  }

  public String connectionString() {
    return server.uri();
  }

  /** Returns the connections, which a test can make fail. */
  public WireServer wire() {
    return server;
  }

  /**
   * Opens another route to the same server, like that of a client in another network, which can
   * fail independently. The caller must close it.
   */
  public WireServer openAnotherWay() {
    return new WireServer(commands);
  }

  /** Sets the interval at which an idle cluster time advances; 10 seconds by default. */
  public void noopEvery(Duration interval) {
    synchronized (oplog) {
      oplog.noopEvery(interval);
    }
  }

  /**
   * Delays each command by a random time up to this maximum before its execution and before its
   * reply; not at all by default.
   */
  public void slowDown(Duration atMost) {
    slowness = atMost;
  }

  /** Forgets all changes up to now: streams that are behind, or waiting, lose their positions. */
  public void loseHistory() {
    synchronized (oplog) {
      oplog.forget();
    }
  }

  /** Refuses everything, like a member that is not the primary, until {@link #stepUp}. */
  public void stepDown() {
    synchronized (oplog) {
      isPrimary = false;
      streams.interrupt();
    }
  }

  /** Returns how often it has refused a command because it was not the primary. */
  public int denials() {
    synchronized (oplog) {
      return denials;
    }
  }

  public void stepUp() {
    synchronized (oplog) {
      isPrimary = true;
      oplog.tick();
    }
  }

  /** Makes reads that demand a time wait, as if it had not been reached yet, or continue. */
  public void holdReads(boolean held) {
    synchronized (oplog) {
      readsHeld = held;
      oplog.notifyAll();
    }
  }

  /** Returns the number of open change streams. */
  public int openStreams() {
    synchronized (oplog) {
      return streams.count();
    }
  }

  /** Idempotent. */
  @Override
  public void close() {
    server.close();
  }

  private BsonDocument hello(String address) {
    synchronized (oplog) {
      BsonDocument hello = WireServer.helloOfPrimary(address);
      if (!isPrimary) {
        denials++;
        hello.remove("primary");
        hello
            .append("ismaster", BsonBoolean.FALSE)
            .append("isWritablePrimary", BsonBoolean.FALSE)
            .append("secondary", BsonBoolean.TRUE);
      }
      return timed(hello);
    }
  }

  private BsonDocument answer(BsonDocument command) throws InterruptedException {
    dawdle();
    BsonDocument reply;
    synchronized (oplog) {
      oplog.tickIfIdle();
      try {
        reply = run(command);
      } catch (CommandFailure e) {
        reply = e.reply();
      }
      timed(reply);
    }
    dawdle();
    return reply;
  }

  private void dawdle() throws InterruptedException {
    long most = slowness.toNanos();
    if (most > 0) {
      TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(most));
    }
  }

  /** Adds the cluster time to a reply. */
  private BsonDocument timed(BsonDocument reply) {
    BsonDocument signature =
        new BsonDocument("hash", new BsonBinary(new byte[20])).append("keyId", new BsonInt64(0));
    return reply
        .append(
            "$clusterTime",
            new BsonDocument("clusterTime", oplog.now()).append("signature", signature))
        .append("operationTime", oplog.now());
  }

  private BsonDocument run(BsonDocument command) throws InterruptedException {
    switch (command.getFirstKey()) {
      case "ping", "endSessions" -> {
        return new BsonDocument("ok", new BsonDouble(1));
      }
      case "killCursors" -> {
        return streams.kill(command);
      }
      default -> {}
    }
    if (!isPrimary) {
      denials++;
      throw new CommandFailure(10107, "NotWritablePrimary", "not master", "RetryableWriteError");
    }
    if (ChangeStreams.isOpening(command)) {
      return streams.open(command);
    }
    if (command.getFirstKey().equals("getMore")
        && command.getString("collection").getValue().equals("$cmd.aggregate")) {
      return streams.more(command);
    }
    awaitTime(command);
    if (Transactions.isPartOfOne(command)) {
      return transactions.run(command);
    }
    if (!ObservedWrites.isWrite(command)) {
      return documents.run(command);
    }
    return command.containsKey("txnNumber") ? runOnce(command) : writes.run(command);
  }

  private void awaitTime(BsonDocument command) throws InterruptedException {
    BsonValue time = command.getDocument("readConcern", new BsonDocument()).get("afterClusterTime");
    if (!(time instanceof BsonTimestamp demanded)) {
      return;
    }
    if (demanded.compareTo(oplog.now()) > 0) {
      throw new CommandFailure(
          72,
          "InvalidOptions",
          "readConcern afterClusterTime value must not be greater than the current clusterTime."
              + " Requested clusterTime: " + text(demanded) + "; current clusterTime: "
              + text(oplog.now()));
    }
    while (readsHeld) {
      oplog.wait();
    }
  }

  private static String text(BsonTimestamp time) {
    return "{ ts: Timestamp(" + time.getTime() + ", " + time.getInc() + ") }";
  }

  /** Executes a retryable write once, by its transaction number. */
  private BsonDocument runOnce(BsonDocument command) {
    BsonDocument session = command.getDocument("lsid");
    long number = command.getInt64("txnNumber").getValue();
    Written last = lastWrites.get(session);
    if (last != null && last.number() == number) {
      return last.reply().clone();
    }
    if (last != null && last.number() > number) {
      throw new CommandFailure(
          225,
          "TransactionTooOld",
          "Cannot start transaction " + number + " because a newer one has already started.");
    }
    BsonDocument reply = writes.run(command);
    lastWrites.put(session, new Written(number, reply.clone()));
    return reply;
  }
}
