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
 * What every operation on a store needs: its collection, a clock, a time limit and its errors.
 *
 * @param recording of its history
 * @param expiryIndex is asked for by the first write, as a name that is only read may be none
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
  /** The history of the store, if it may have one, and who is told that it was written. */
  record Recording(@Nullable HistoryLog log, HistoryKeeper keeper) {
    boolean isOn() {
      return log != null && log.config().settings().isEnabled();
    }

    /** Tells that something may have to be moved to the history. */
    void written() {
      if (log != null && log.config().state().isKnown()) {
        keeper.written(log);
      }
    }
  }

  static final WriteConcern DURABLE = WriteConcern.MAJORITY.withJournal(true);

  private static final CodecRegistry CODECS =
      CodecRegistries.fromProviders(new BsonValueCodecProvider());

  private static final Bson WITHOUT_VALUE = Projections.exclude(StoredDocument.VALUE);

  /**
   * Returns a database whose concerns are those that the store's promises need, whatever the
   * connection string or the application's client say.
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

  /** The time to the millisecond, as documents have it. */
  Instant now() {
    return Instant.ofEpochMilli(settings.clock().millis());
  }

  void checkOpen() {
    if (closed.getAsBoolean()) {
      throw MongoErrors.closed();
    }
  }

  /** Returns what leaves the value on the server, or null. */
  static @Nullable Bson projection(boolean withValue) {
    return withValue ? null : WITHOUT_VALUE;
  }

  /** Begins an operation that reads. */
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

  /** Begins an operation that may write. */
  Deadline beginWrite() {
    Deadline deadline = begin();
    prepareForWrite(deadline);
    return deadline;
  }

  /** Begins an operation that only removes what is there. */
  Deadline beginDelete() {
    Deadline deadline = begin();
    prepareForDelete(deadline);
    return deadline;
  }

  /** Without a history a delete needs no index, and makes no store of a name. */
  void prepareForDelete(Deadline deadline) {
    checkFormat(deadline);
    if (recording.isOn()) {
      prepareForWrite(deadline);
    }
  }

  /** Looks in which format and whether with a history the store is to be written. */
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

  /** @param recorded whether the store is about to get a history, if it has none */
  void prepareForWrite(Deadline deadline, boolean recorded) {
    checkFormat(deadline);
    expiryIndex.get().ensure(collection(deadline), recorded || recording.isOn(), deadline);
    HistoryLog log = recording.log();
    if (log != null) {
      reading("the settings of the history", () -> {
        log.prepare(deadline);
        return true;
      });
    }
  }

  /** Plans a write, and what to record of it if the store has a history. */
  EntryWrite plan(Write write, KVOperation operation) {
    return new EntryWrite(write, recording.isOn() ? write.cause().operationOr(operation) : null);
  }

  /** Begins to find out what became of a write, for which there is as much time again. */
  Deadline beginSettling() {
    return Deadline.after(settings.timeout());
  }

  /** Like {@link #run(SyncToken, Deadline, Function)}, as fresh as it comes. */
  <T extends @Nullable Object> T run(Deadline deadline, Function<SessionCollection, T> command) {
    return run(SyncToken.START, deadline, command);
  }

  /**
   * Runs a command in a session.
   *
   * @param atLeast what it reads is not older than this
   * @param deadline by when it ends
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

  /** The collection in a transaction, which has a time limit of its own. */
  SessionCollection in(ClientSession transaction) {
    return new SessionCollection(collection, transaction);
  }

  /** Reads what is there under the key, dead or alive. */
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

  /** Returns the entry that is there; null where there is none, or an expired one. */
  @Nullable
  StoredDocument findLive(String key, boolean withValue, Deadline deadline) {
    return findLive(key, withValue, SyncToken.START, deadline);
  }

  /** Like {@link #findLive(String, boolean, Deadline)}, not older than the token. */
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
   * @param last why the attempt before failed
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
