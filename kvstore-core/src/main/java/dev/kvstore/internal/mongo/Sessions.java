package dev.kvstore.internal.mongo;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.connection.ClusterDescription;
import com.mongodb.connection.ClusterType;
import com.mongodb.connection.ServerDescription;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.SyncToken;
import dev.kvstore.internal.support.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonTimestamp;
import org.jspecify.annotations.Nullable;

/**
 * The sessions in which the operations on a database run. In a session the driver keeps the
 * operation time of the server's replies. A read elsewhere that is given the latest of these times
 * returns nothing older. This costs no round trip, because the driver would otherwise use an
 * implicit session. Thread-safe.
 *
 * <p>Only successful operations count. A majority has everything up to their time, so that a read
 * that demands it does not wait. A write whose reply was lost is settled by reads, which count
 * instead.
 */
final class Sessions {
  private static final BsonDocument PING = new BsonDocument("ping", new BsonInt32(1));
  private static final int INVALID_OPTIONS = 72;

  /** The time limit of a probe; a healthy database answers much faster. */
  private static final Duration LONGEST_PROBE = Duration.ofSeconds(2);

  /**
   * A call with less time than this, at the end of an operation, may time out on a healthy
   * database.
   */
  private static final Duration LITTLE_TIME = Duration.ofSeconds(1);

  /** Options of a session that keeps times without demanding any. */
  private static final ClientSessionOptions NOTING =
      ClientSessionOptions.builder().causallyConsistent(false).build();

  /** Options of a session in which the server waits until it has reached the demanded time. */
  private static final ClientSessionOptions CAUSAL =
      ClientSessionOptions.builder().causallyConsistent(true).build();

  private final MongoClient client;
  private final MongoDatabase database;
  private final CircuitBreaker breaker;
  private final long littleMillis;
  private final AtomicLong latest = new AtomicLong();
  private volatile boolean serversAreKnown;
  private volatile boolean serversHaveSessions;

  /** @param timeout the time limit of an operation */
  Sessions(MongoClient client, MongoDatabase database, Duration timeout) {
    this.client = client;
    this.database = database;
    long millis = Math.min(LONGEST_PROBE.toMillis(), timeout.toMillis());
    this.littleMillis = Math.min(LITTLE_TIME.toMillis(), timeout.toMillis() / 2);
    MongoDatabase probed = database.withTimeout(millis, TimeUnit.MILLISECONDS);
    this.breaker = new CircuitBreaker(() -> probed.runCommand(PING, BsonDocument.class));
  }

  /**
   * Checks that an operation may start.
   *
   * @param deadline the deadline of the operation
   * @throws MongoException if the database is known not to answer
   */
  void admit(Deadline deadline) {
    breaker.admit(deadline.millisLeft());
  }

  /**
   * Returns a token that includes all reads and writes in these sessions; {@link SyncToken#START}
   * if the server has no cluster times.
   */
  SyncToken latest() {
    return new SyncToken(latest.get());
  }

  /**
   * Runs an operation in a session, or without one if the server has none.
   *
   * @param atLeast the token that reads must be at least as new as
   */
  <T extends @Nullable Object> T run(
      SyncToken atLeast, Deadline deadline, Function<@Nullable ClientSession, T> operation) {
    try {
      return call(deadline, () -> runOnce(atLeast, deadline, operation));
    } catch (MongoCommandException e) {
      if (e.getErrorCode() == INVALID_OPTIONS && isDemand(atLeast)) {
        throw new InvalidInputException(
            ErrorCode.INVALID_PARAMETER,
            "The sync token stands for a time that the database has not come to: it is of another"
                + " database, or was not made by one");
      }
      throw e;
    }
  }

  /** Makes a call without a session, or in a session of the caller. */
  <T extends @Nullable Object> T call(Deadline deadline, Supplier<T> call) {
    return breaker.call(deadline.millisLeft() >= littleMillis, call);
  }

  private <T extends @Nullable Object> T runOnce(
      SyncToken atLeast, Deadline deadline, Function<@Nullable ClientSession, T> operation) {
    try (ClientSession session = start(atLeast, deadline)) {
      return session == null ? operation.apply(null) : noting(session, operation);
    }
  }

  /** Starts a session for a transaction. The caller must close it. */
  ClientSession start() {
    return client.startSession(NOTING);
  }

  /** Takes over the time of the session into {@link #latest}. */
  void note(ClientSession session) {
    BsonTimestamp time = session.getOperationTime();
    if (time != null && time.getValue() > latest.get()) {
      latest.accumulateAndGet(time.getValue(), Math::max);
    }
  }

  private <T extends @Nullable Object> T noting(
      ClientSession session, Function<@Nullable ClientSession, T> operation) {
    try {
      T result = operation.apply(session);
      note(session);
      return result;
    } catch (MongoBulkWriteException e) {
      if (e.getWriteConcernError() == null) {
        note(session); // the other writes succeeded
      }
      throw e;
    }
  }

  private @Nullable ClientSession start(SyncToken atLeast, Deadline deadline) {
    if (!hasSessions(deadline)) {
      return null;
    }
    if (!isDemand(atLeast)) {
      return start();
    }
    ClientSession session = client.startSession(CAUSAL);
    session.advanceOperationTime(new BsonTimestamp(atLeast.position()));
    return session;
  }

  /**
   * Returns true if the read must demand a time. A standalone server is never behind, and refuses
   * such a demand.
   */
  private boolean isDemand(SyncToken atLeast) {
    return !atLeast.equals(SyncToken.START)
        && client.getClusterDescription().getType() != ClusterType.STANDALONE;
  }

  /**
   * Returns true if the servers have sessions. The driver knows that only after it has connected,
   * so this may send a ping first.
   */
  private boolean hasSessions(Deadline deadline) {
    if (serversAreKnown) {
      return serversHaveSessions;
    }
    if (!isConnected(client.getClusterDescription())) {
      database
          .withTimeout(deadline.millisLeft(), TimeUnit.MILLISECONDS)
          .runCommand(PING, BsonDocument.class);
    }
    ClusterDescription servers = client.getClusterDescription();
    if (!isConnected(servers)) {
      return true; // all supported versions have sessions; the connection was just lost again
    }
    serversHaveSessions = servers.getLogicalSessionTimeoutMinutes() != null;
    serversAreKnown = true;
    return serversHaveSessions;
  }

  private static boolean isConnected(ClusterDescription servers) {
    return servers.getServerDescriptions().stream().anyMatch(ServerDescription::isOk);
  }
}
