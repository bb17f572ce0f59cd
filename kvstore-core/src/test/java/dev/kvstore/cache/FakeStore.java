package dev.kvstore.cache;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.Defaulted;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Subscription;
import dev.kvstore.spi.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A process's way to the database, on which a test can come in between. */
class FakeStore implements EntryStore {
  /** Where a test can come in. */
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

  /** Whether what is read cannot be vouched for. */
  volatile boolean stale;

  volatile boolean closed;
  boolean failsToClose;
  volatile boolean subscribed;
  volatile @Nullable ChangeSink sink;
  volatile ReadOptions demand = ReadOptions.DEFAULT;

  /** Where the replica is that is read, if nothing newer is demanded; 0 for the present. */
  volatile long replicaAt;

  FakeStore(FakeDatabase database) {
    this.database = database;
  }

  /** Does this once, at the next such step. */
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
  public Optional<KVEntry<RawValue>> read(String key, ReadOptions options) {
    reads.incrementAndGet();
    hook.at(At.BEFORE_READ);
    reach();
    Optional<KVEntry<RawValue>> entry = find(key, options);
    hook.at(At.AFTER_READ);
    return entry;
  }

  @Override
  public List<KVEntry<RawValue>> readMany(Collection<String> keys, ReadOptions options) {
    reads.incrementAndGet();
    hook.at(At.BEFORE_READ);
    reach();
    List<KVEntry<RawValue>> found = new ArrayList<>();
    keys.forEach(key -> find(key, options).ifPresent(found::add));
    hook.at(At.AFTER_READ);
    return found;
  }

  @Override
  public KVPage<KVEntry<RawValue>> scan(KeyRange range, int limit, ReadOptions options) {
    return new KVPage<>(database.all(), null);
  }

  @Override
  public KVPage<KVMetadata> scanMetadata(KeyRange range, int limit, ReadOptions options) {
    return new KVPage<>(database.all().stream().map(KVEntry::metadata).toList(), null);
  }

  @Override
  public KVPage<String> scanKeys(KeyRange range, int limit, ReadOptions options) {
    return new KVPage<>(database.all().stream().map(KVEntry::key).toList(), null);
  }

  @Override
  public KVMetadata write(Write write) {
    hook.at(At.BEFORE_WRITE);
    reach();
    Instant expiresAt = write.timeToLive() == null ? null : Instant.EPOCH.plus(write.timeToLive());
    KVMetadata metadata = database.set(write.key(), write.value(), write.condition(), expiresAt);
    hook.at(At.AFTER_WRITE);
    return metadata;
  }

  @Override
  public Defaulted setDefault(Write write) {
    hook.at(At.BEFORE_WRITE);
    reach();
    Optional<KVEntry<RawValue>> before = database.get(write.key());
    Defaulted result = before
        .map(entry -> new Defaulted(entry, false))
        .orElseGet(() -> new Defaulted(
            new KVEntry<>(
                write.value(),
                database.set(write.key(), write.value(), WriteCondition.IF_ABSENT, null)),
            true));
    hook.at(At.AFTER_WRITE);
    return result;
  }

  @Override
  public BatchResult writeMany(Map<String, RawValue> values, BatchOptions options) {
    hook.at(At.BEFORE_WRITE);
    reach();
    values.forEach((key, value) -> database.set(key, value, WriteCondition.NONE, null));
    hook.at(At.AFTER_WRITE);
    return new BatchResult(0, values.size());
  }

  @Override
  public KVEntry<RawValue> increment(String key, long by, WriteOptions options) {
    RawValue value = FakeDatabase.value((int) by);
    return new KVEntry<>(value, write(new Write(key, value, options)));
  }

  @Override
  public boolean delete(String key, WriteOptions options) {
    hook.at(At.BEFORE_WRITE);
    reach();
    boolean deleted = database.delete(key);
    hook.at(At.AFTER_WRITE);
    return deleted;
  }

  @Override
  public Subscription subscribe(ChangeSink newSink, @Nullable SyncToken from) {
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

  private Optional<KVEntry<RawValue>> find(String key, ReadOptions options) {
    demand = options;
    Optional<KVEntry<RawValue>> found = replicaAt == 0 || options.atLeast().position() > replicaAt
        ? database.get(key)
        : database.getAsOf(replicaAt, key);
    return found.map(entry -> new KVEntry<>(entry.value(), entry.metadata(), stale));
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
