package dev.kvstore.internal.mongo;

import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Projections;
import dev.kvstore.KVException;
import dev.kvstore.KVOperation;
import dev.kvstore.SyncToken;
import dev.kvstore.internal.support.Deadline;
import dev.kvstore.spi.Write;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonValueCodecProvider;
import org.bson.codecs.configuration.CodecRegistries;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The context of every operation on a store: its collection, clock, time limit and errors.
 *
 * @param recording the recording of its history
 * @param expiryIndex requested by the first write, because a store that is only read may not exist
 */
record StoreAccess(
    Sessions sessions,
    MongoCollection<RawBsonDocument> collection,
    MongoErrors errors,
    StoredFormat format,
    Recording recording,
    Supplier<ExpiryIndex> expiryIndex,
    MongoConfig settings,
    BooleanSupplier closed) {
  /**
   * The history of the store, if it may have one, and the keeper to notify of writes.
   *
   * @param logs those of the stores that this process has written
   */
  record Recording(@Nullable HistoryLog log, HistoryKeeper keeper, Map<String, HistoryLog> logs) {
    boolean isOn() {
      return log != null && log.config().settings().isEnabled();
    }

    private void prepare(Deadline deadline) {
      if (log != null) {
        log.prepare(deadline);
        logs.putIfAbsent(log.store(), log);
      }
    }

    /** Notifies the keeper that there may be revisions to move. */
    void written() {
      if (log != null && log.config().state().isToBeKept()) {
        keeper.written(log);
      }
    }
  }

  static final WriteConcern DURABLE = WriteConcern.MAJORITY.withJournal(true);

  private static final CodecRegistry CODECS =
      CodecRegistries.fromProviders(new BsonValueCodecProvider());

  private static final String HISTORY = "history";
  private static final Bson WITH_VALUE = Projections.exclude(HISTORY);
  private static final Bson WITHOUT_VALUE = Projections.exclude(StoredDocument.VALUE, HISTORY);

  /**
   * Returns the database with the read and write concerns that the guarantees of a store need,
   * regardless of the connection string or the application's client.
   */
  static MongoDatabase durable(MongoDatabase database) {
    return database
        .withCodecRegistry(CODECS)
        .withReadPreference(ReadPreference.primary())
        .withReadConcern(ReadConcern.MAJORITY)
        .withWriteConcern(DURABLE);
  }

  String name() {
    return collection.getNamespace().getCollectionName();
  }

  MongoWriteResolver resolver() {
    return new MongoWriteResolver(this);
  }

  /** Returns the time to the millisecond, the precision of documents. */
  Instant now() {
    return Instant.ofEpochMilli(settings.clock().millis());
  }

  void checkOpen() {
    if (closed.getAsBoolean()) {
      throw MongoErrors.closed();
    }
  }

  /**
   * Returns a projection without the unrecorded revisions, which may be many and large, and without
   * the value if it is not needed.
   */
  static Bson projection(boolean withValue) {
    return withValue ? WITH_VALUE : WITHOUT_VALUE;
  }

  /** Starts a read operation. */
  Deadline begin() {
    checkOpen();
    Deadline deadline = Deadline.after(settings.timeout());
    try {
      sessions.admit(deadline);
    } catch (RuntimeException e) {
      throw failed(e, "using store '" + name() + "'");
    }
    return deadline;
  }

  /** Starts an operation that may write. */
  Deadline beginWrite() {
    Deadline deadline = begin();
    prepareForWrite(deadline);
    return deadline;
  }

  /** Starts an operation that only deletes. */
  Deadline beginDelete() {
    Deadline deadline = begin();
    prepareForDelete(deadline);
    return deadline;
  }

  /** Prepares a delete. Without a history it needs no index, and must not create the store. */
  void prepareForDelete(Deadline deadline) {
    checkFormat(deadline);
    if (recording.isOn()) {
      prepareForWrite(deadline);
    }
  }

  /** Refreshes the format of the database and the history settings of the store. */
  private void checkFormat(Deadline deadline) {
    format.check(deadline);
    HistoryLog log = recording.log();
    if (log != null) {
      log.config().look(deadline);
    }
  }

  void prepareForWrite(Deadline deadline) {
    prepareForWrite(deadline, false);
  }

  /** @param recorded true if the store is about to get a history */
  void prepareForWrite(Deadline deadline, boolean recorded) {
    checkFormat(deadline);
    expiryIndex.get().ensure(collection(deadline), recorded || recording.isOn(), deadline);
    reading("the settings of the history", () -> {
      recording.prepare(deadline);
      return true;
    });
  }

  /** Plans a write, with the operation to record if the store has a history. */
  EntryWrite plan(Write write, KVOperation operation) {
    return new EntryWrite(write, recording.isOn() ? write.cause().operationOr(operation) : null);
  }

  /** Starts to determine the outcome of a write, with a new deadline of the same length. */
  Deadline beginSettling() {
    return Deadline.after(settings.timeout());
  }

  /** Like {@link #run(SyncToken, Deadline, Function)}, without a demand for freshness. */
  <T extends @Nullable Object> T run(Deadline deadline, Function<SessionCollection, T> command) {
    return run(SyncToken.START, deadline, command);
  }

  /**
   * Runs a command in a session.
   *
   * @param atLeast the token that reads must be at least as new as
   * @param deadline the deadline of the command
   */
  <T extends @Nullable Object> T run(
      SyncToken atLeast, Deadline deadline, Function<SessionCollection, T> command) {
    return sessions.run(
        atLeast,
        deadline,
        session -> command.apply(new SessionCollection(collection(deadline), session)));
  }

  private MongoCollection<RawBsonDocument> collection(Deadline deadline) {
    return collection.withTimeout(deadline.millisLeft(), TimeUnit.MILLISECONDS);
  }

  /** Returns the collection in a transaction, which has its own time limit. */
  SessionCollection in(ClientSession transaction) {
    return new SessionCollection(collection, transaction);
  }

  /** Returns the document of the key, even if it has expired; null if there is none. */
  @Nullable
  StoredDocument find(String key, boolean withValue, Deadline deadline) {
    return find(key, withValue, SyncToken.START, deadline);
  }

  private @Nullable StoredDocument find(
      String key, boolean withValue, SyncToken atLeast, Deadline deadline) {
    RawBsonDocument document = run(
        atLeast,
        deadline,
        collection -> collection
            .find(EntryFilter.key(key))
            .projection(projection(withValue))
            .first());
    return document == null ? null : StoredDocument.of(document);
  }

  /** Returns the document of the key; null if there is none or it has expired. */
  @Nullable
  StoredDocument findLive(String key, boolean withValue, Deadline deadline) {
    return findLive(key, withValue, SyncToken.START, deadline);
  }

  /** Like {@link #findLive(String, boolean, Deadline)}, at least as new as the token. */
  @Nullable
  StoredDocument findLive(String key, boolean withValue, SyncToken atLeast, Deadline deadline) {
    StoredDocument found =
        reading("key '" + key + "'", () -> find(key, withValue, atLeast, deadline));
    return found != null && found.isLiveAt(now()) ? found : null;
  }

  <T extends @Nullable Object> T reading(String what, Supplier<T> command) {
    try {
      return command.get();
    } catch (RuntimeException e) {
      throw failed(e, "reading " + what);
    }
  }

  /** Returns the error for an operation that changed nothing. */
  KVException failed(RuntimeException e, String doing) {
    return closed.getAsBoolean() && !(e instanceof KVException)
        ? MongoErrors.closed()
        : errors.of(e, doing);
  }

  /**
   * Waits before the next attempt of an operation that has changed nothing yet.
   *
   * @param last the failure of the previous attempt, or null
   */
  void pause(Deadline deadline, String doing, @Nullable RuntimeException last) {
    if (deadline.hasPassed()) {
      throw errors.unavailable(doing, last);
    }
    try {
      deadline.pause();
    } catch (InterruptedException e) {
      throw errors.interrupted(doing, e);
    }
  }
}
