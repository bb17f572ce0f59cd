package dev.kvstore.internal.sqlite;

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
import dev.kvstore.internal.support.Chunks;
import dev.kvstore.internal.support.Closing;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One store of a file. Batches are always atomic. */
final class SqliteEntryStore implements EntryStore, Mutation.Handler, Projection.Scanner {
  /** The number of keys read at a time before other readers have a turn. */
  private static final int READ_AT_ONCE = 256;

  private final String name;
  private final SqliteEntryDatabase database;
  private final SqliteHistory history;
  private final Set<FeedSubscription> subscriptions = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  SqliteEntryStore(String name, SqliteEntryDatabase database) {
    this.name = name;
    this.database = database;
    this.history = new SqliteHistory(name, database);
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * Returns the entries. Every read sees all acknowledged writes, so it satisfies any token. A
   * token later than any position of this file belongs to another file and is ignored.
   */
  @Override
  public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
    checkOpen();
    Instant at = options.at().orElse(null);
    List<KVEntry<RawValue>> entries = new ArrayList<>();
    for (List<String> some : Chunks.of(new LinkedHashSet<>(keys), READ_AT_ONCE)) {
      entries.addAll(read(at, reader -> {
        List<KVEntry<RawValue>> found = new ArrayList<>();
        for (String key : some) {
          Optional<KVEntry<RawValue>> entry = at == null
              ? reader.read(name, key, database.clock.millis())
              : reader.history.entry(name, key, at);
          entry.ifPresent(found::add);
        }
        return found;
      }));
    }
    return entries;
  }

  private <T> T read(@Nullable Instant at, ReaderPool.Query<T> query) {
    return at == null ? database.readers.read(query) : history.at(at, query);
  }

  @Override
  public <T> KVPage<T> scan(
      KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
    return projection.scan(this, range, limit, options);
  }

  @Override
  public KVPage<KVEntry<RawValue>> scanEntries(KeyRange range, int limit, ReadOptions options) {
    return scan(ReadConnection.ENTRIES, range, limit, options);
  }

  @Override
  public KVPage<KVMetadata> scanMetadata(KeyRange range, int limit, ReadOptions options) {
    return scan(ReadConnection.METADATA, range, limit, options);
  }

  @Override
  public KVPage<String> scanKeys(KeyRange range, int limit, ReadOptions options) {
    return scan(ReadConnection.KEYS, range, limit, options);
  }

  @Override
  public int count(KeyRange range, int most, ReadOptions options) {
    checkOpen();
    Instant at = options.at().orElse(null);
    return read(
        at,
        reader -> at == null
            ? reader.count(name, range, most, database.clock.millis())
            : reader.countAt(name, range, most, at));
  }

  @Override
  public <R> R apply(Mutation<R> mutation) {
    checkOpen();
    return mutation.applyTo(this);
  }

  @Override
  public KVMetadata put(Mutation.Put put) {
    Write write = put.write();
    return database.writer.write(write.value().size(), () -> database.table.write(name, write));
  }

  @Override
  public SetDefaultResult<RawValue> putIfAbsent(Mutation.PutIfAbsent put) {
    Write write = put.write();
    // Usually the entry exists, and a read does not wait for the writer.
    return find(write.key(), ReadOptions.DEFAULT)
        .map(put::unchanged)
        .orElseGet(() -> database.writer.write(
            write.value().size(), () -> database.table.setDefault(name, write)));
  }

  @Override
  public BatchResult batch(Mutation.Batch batch) {
    long bytes = batch.values().values().stream().mapToLong(RawValue::size).sum();
    return database.writer.write(
        bytes, () -> database.table.writeMany(name, batch.values(), batch.options()));
  }

  @Override
  public KVEntry<RawValue> add(Mutation.Add add) {
    return database.writer.write(
        0, () -> database.table.increment(name, add.key(), add.by(), add.options()));
  }

  @Override
  public boolean delete(Mutation.Delete delete) {
    return database.writer.write(
        0, () -> database.table.delete(name, delete.key(), delete.options()));
  }

  @Override
  public DeleteResult deleteMany(Mutation.DeleteMany deletion) {
    return database.writer.write(0, () -> database.table.deleteMany(name, deletion));
  }

  @Override
  public List<Boolean> all(Mutation.All all) {
    long bytes = 0;
    for (Mutation<?> part : all.parts()) {
      bytes += part instanceof Mutation.Put put ? put.write().value().size() : 0;
    }
    return database.writer.write(bytes, () -> database.table.all(name, all.parts()));
  }

  @Override
  public Object identity() {
    return List.of(database, name);
  }

  @Override
  public <C> Optional<C> capability(Class<C> type) {
    return type.isInstance(history)
        ? Optional.of(type.cast(history))
        : EntryStore.super.capability(type);
  }

  @Override
  public SyncToken syncToken() {
    checkOpen();
    return new SyncToken(database.changes.reached(name));
  }

  /**
   * Reports changes in the order of their commits over all keys. Can resume after any of the latest
   * {@value ChangeLog#KEPT} changes of the file since it was opened.
   */
  @Override
  public FeedSubscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    checkOpen();
    FeedSubscription subscription = database.feed.subscribe(name, sink, from);
    subscriptions.add(subscription);
    if (closed) { // closed concurrently
      subscription.close();
      checkOpen();
    }
    return () -> {
      subscriptions.remove(subscription);
      subscription.close();
    };
  }

  @Override
  public void close() {
    closed = true;
    List<FeedSubscription> open = List.copyOf(subscriptions);
    subscriptions.clear();
    Closing.all(open.stream().<Runnable>map(subscription -> subscription::close).toList());
  }

  private void checkOpen() {
    if (closed) {
      throw new KVException(ErrorCode.CLOSED, "The store '" + name + "' has been closed");
    }
  }

  private <T> KVPage<T> scan(
      ReadConnection.Listing<T> listing, KeyRange range, int limit, ReadOptions options) {
    checkOpen();
    Instant at = options.at().orElse(null);
    return read(
        at,
        reader -> at == null
            ? reader.scan(listing, name, range, limit, database.clock.millis())
            : reader.scanAt(listing, name, range, limit, at));
  }
}
