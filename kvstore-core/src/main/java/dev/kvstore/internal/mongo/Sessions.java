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
 * The sessions in which the operations on a database run. The driver notes in a session what the
 * server's answers say of the cluster's time; the latest of these is what a read elsewhere has to
 * be told, so as not to return anything older. Costs no round trip, as the driver would use a
 * session of its own otherwise. Thread-safe.
 *
 * <p>Only what succeeded counts. Then a majority has all of that time, so that a read that demands
 * it does not wait. A write whose reply was lost is settled by reads, which count in its place.
 */
final class Sessions {
  private static final BsonDocument PING = new BsonDocument("ping", new BsonInt32(1));
  private static final int INVALID_OPTIONS = 72;

  /** A database that is well answers in much less. */
  private static final Duration LONGEST_PROBE = Duration.ofSeconds(2);

  /** A call that has less than this, at the end of an operation, may well be too late by itself. */
  private static final Duration LITTLE_TIME = Duration.ofSeconds(1);

  /** Notes times and demands none. */
  private static final ClientSessionOptions NOTING =
      ClientSessionOptions.builder().causallyConsistent(false).build();

  /** Has the server wait until it knows of what the session is said to have seen. */
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
   * Checks that an operation may begin.
   *
   * @param deadline by when the operation ends
   * @throws MongoException if the database is known to be away
   */
  void admit(Deadline deadline) {
    breaker.admit(deadline.millisLeft());
  }

  /**
   * Returns a point that is not before anything that was read or written in these sessions;
   * {@link SyncToken#START} where the server has no cluster times.
   */
  SyncToken latest() {
    return new SyncToken(latest.get());
  }

  /**
   * Runs an operation in a session, or in none where the server has none.
   *
   * @param atLeast what is read is not older than this
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

  /** Makes a call in no session of these, or in one of the caller's. */
  <T extends @Nullable Object> T call(Deadline deadline, Supplier<T> call) {
    return breaker.call(deadline.millisLeft() >= littleMillis, call);
  }

  private <T extends @Nullable Object> T runOnce(
      SyncToken atLeast, Deadline deadline, Function<@Nullable ClientSession, T> operation) {
    try (ClientSession session = start(atLeast, deadline)) {
      return session == null ? operation.apply(null) : noting(session, operation);
    }
  }

  /** Starts a session for a transaction, to be closed by whoever asks for it. */
  ClientSession start() {
    return client.startSession(NOTING);
  }

  /** What was done in that session counts. */
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
        note(session); // the others were written
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

  /** A server that stands alone refuses to be asked for a time; it is never behind. */
  private boolean isDemand(SyncToken atLeast) {
    return !atLeast.equals(SyncToken.START)
        && client.getClusterDescription().getType() != ClusterType.STANDALONE;
  }

  /** The driver knows once it has connected, for which there may not have been a reason yet. */
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
      return true; // as every MongoDB has, and this one has just gone away again
    }
    serversHaveSessions = servers.getLogicalSessionTimeoutMinutes() != null;
    serversAreKnown = true;
    return serversHaveSessions;
  }

  private static boolean isConnected(ClusterDescription servers) {
    return servers.getServerDescriptions().stream().anyMatch(ServerDescription::isOk);
  }
}
