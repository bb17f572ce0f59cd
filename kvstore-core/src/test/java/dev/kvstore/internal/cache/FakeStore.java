package dev.kvstore.internal.cache;

import dev.kvstore.BatchResult;
import dev.kvstore.DeleteResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteCondition;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A store over the fake database with hooks at each step. */
class FakeStore implements EntryStore, Mutation.Handler {
  /** The steps with a hook. */
  enum At {
    BEFORE_READ,
    AFTER_READ,
    BEFORE_WRITE,
    AFTER_WRITE
  }

  interface Hook {
    void at(At step);
  }

  final FakeDatabase database;
  final AtomicInteger reads = new AtomicInteger();
  volatile Hook hook = step -> {};
  volatile boolean down;

  /** True to mark read entries as stale. */
  volatile boolean stale;

  volatile boolean closed;
  boolean failsToClose;
  volatile boolean subscribed;
  volatile @Nullable ChangeSink sink;
  volatile ReadOptions demand = ReadOptions.DEFAULT;

  /** The position of the replica for reads that do not demand a newer one; 0 for the present. */
  volatile long replicaAt;

  FakeStore(FakeDatabase database) {
    this.database = database;
  }

  /** Runs the action once, at the next such step. */
  void once(At wanted, Runnable action) {
    hook = step -> {
      if (step == wanted) {
        hook = none -> {};
        action.run();
      }
    };
  }

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
    reads.incrementAndGet();
    hook.at(At.BEFORE_READ);
    reach();
    List<KVEntry<RawValue>> found = new ArrayList<>();
    keys.forEach(key -> get(key, options).ifPresent(found::add));
    hook.at(At.AFTER_READ);
    return found;
  }

  @Override
  public <T> KVPage<T> scan(
      KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
    return new KVPage<>(database.all().stream().map(projection::of).toList(), Optional.empty());
  }

  @Override
  public <R> R apply(Mutation<R> mutation) {
    hook.at(At.BEFORE_WRITE);
    reach();
    R result = mutation.applyTo(this);
    hook.at(At.AFTER_WRITE);
    return result;
  }

  @Override
  public KVMetadata put(Mutation.Put put) {
    return put(put.write());
  }

  private KVMetadata put(Write write) {
    Instant expiresAt = write.timeToLive() == null ? null : Instant.EPOCH.plus(write.timeToLive());
    return database.set(write.key(), write.value(), write.condition(), expiresAt);
  }

  @Override
  public SetDefaultResult<RawValue> putIfAbsent(Mutation.PutIfAbsent put) {
    Write write = put.write();
    return database
        .get(write.key())
        .map(entry -> new SetDefaultResult<>(entry, false))
        .orElseGet(() -> new SetDefaultResult<>(
            KVEntry.of(
                write.value(),
                database.set(write.key(), write.value(), WriteCondition.IF_ABSENT, null)),
            true));
  }

  @Override
  public BatchResult batch(Mutation.Batch batch) {
    batch.values().forEach((key, value) -> database.set(key, value, WriteCondition.NONE, null));
    return new BatchResult(0, batch.values().size());
  }

  @Override
  public KVEntry<RawValue> add(Mutation.Add add) {
    RawValue value = FakeDatabase.value((int) add.by());
    return KVEntry.of(value, put(new Write(add.key(), value, add.options())));
  }

  @Override
  public boolean delete(Mutation.Delete delete) {
    return database.delete(delete.key());
  }

  @Override
  public DeleteResult deleteMany(Mutation.DeleteMany deletion) {
    List<String> deleted =
        deletion.conditions().keySet().stream().filter(database::delete).toList();
    return new DeleteResult(deleted, List.of(), Optional.empty());
  }

  @Override
  public FeedSubscription subscribe(ChangeSink newSink, @Nullable SyncToken from) {
    sink = newSink;
    subscribed = true;
    return () -> subscribed = false;
  }

  @Override
  public void close() {
    closed = true;
    if (failsToClose) {
      throw new IllegalStateException("injected");
    }
  }

  private Optional<KVEntry<RawValue>> get(String key, ReadOptions options) {
    demand = options;
    Optional<KVEntry<RawValue>> found = replicaAt == 0 || options.atLeast().position() > replicaAt
        ? database.get(key)
        : database.getAsOf(replicaAt, key);
    return found.map(
        entry -> KVEntry.of(entry.value(), entry.metadata(), stale, KVEntry.Source.STORE));
  }

  private void reach() {
    if (closed) {
      throw new KVException(ErrorCode.CLOSED, "closed");
    }
    if (down) {
      throw new UnavailableException("The fake database is down", null);
    }
  }
}
