package dev.kvstore.internal.sqlite;

import dev.kvstore.BatchResult;
import dev.kvstore.DeleteResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.Defaulted;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One store of a file. Batches are always atomic here. */
final class SqliteEntryStore implements EntryStore, Mutation.Handler, Projection.Scanner {
  /** How many keys one reader reads before others have a turn. */
  private static final int READ_AT_ONCE = 256;

  private final String name;
  private final EntryTable table;
  private final GroupWriter writer;
  private final ReaderPool readers;
  private final ChangeLog changes;
  private final ChangeFeed feed;
  private final Clock clock;
  private final Set<FeedSubscription> subscriptions = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  SqliteEntryStore(
      String name,
      EntryTable table,
      GroupWriter writer,
      ReaderPool readers,
      ChangeLog changes,
      ChangeFeed feed,
      Clock clock) {
    this.name = name;
    this.table = table;
    this.writer = writer;
    this.readers = readers;
    this.changes = changes;
    this.feed = feed;
    this.clock = clock;
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * Every read sees every write that was acknowledged, so it is fresh enough for any demand. A
   * token that is later than everything here is one of another file, and says nothing about this
   * one.
   */
  @Override
  public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
    checkOpen();
    List<String> distinct = List.copyOf(new LinkedHashSet<>(keys));
    List<KVEntry<RawValue>> entries = new ArrayList<>();
    for (int from = 0; from < distinct.size(); from += READ_AT_ONCE) {
      List<String> some = distinct.subList(from, Math.min(from + READ_AT_ONCE, distinct.size()));
      entries.addAll(readers.read(reader -> {
        List<KVEntry<RawValue>> found = new ArrayList<>();
        for (String key : some) {
          reader.read(name, key, clock.millis()).ifPresent(found::add);
        }
        return found;
      }));
    }
    return entries;
  }

  @Override
  public <T> KVPage<T> scan(
      KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
    return projection.scan(this, range, limit, options);
  }

  @Override
  public KVPage<KVEntry<RawValue>> scanEntries(KeyRange range, int limit, ReadOptions options) {
    return scan(ReadConnection.ENTRIES, range, limit);
  }

  @Override
  public KVPage<KVMetadata> scanMetadata(KeyRange range, int limit, ReadOptions options) {
    return scan(ReadConnection.METADATA, range, limit);
  }

  @Override
  public KVPage<String> scanKeys(KeyRange range, int limit, ReadOptions options) {
    return scan(ReadConnection.KEYS, range, limit);
  }

  @Override
  public int count(KeyRange range, int most, ReadOptions options) {
    checkOpen();
    return readers.read(reader -> reader.count(name, range, most, clock.millis()));
  }

  @Override
  public <R> R apply(Mutation<R> mutation) {
    checkOpen();
    return mutation.applyTo(this);
  }

  @Override
  public KVMetadata put(Mutation.Put put) {
    Write write = put.write();
    return writer.write(write.value().size(), () -> table.write(name, write));
  }

  @Override
  public Defaulted putIfAbsent(Mutation.PutIfAbsent put) {
    Write write = put.write();
    // Most of the time the entry is there, and then nobody has to wait for the writer.
    return find(write.key(), ReadOptions.DEFAULT)
        .map(put::unchanged)
        .orElseGet(() -> writer.write(write.value().size(), () -> table.setDefault(name, write)));
  }

  @Override
  public BatchResult batch(Mutation.Batch batch) {
    long bytes = batch.values().values().stream().mapToLong(RawValue::size).sum();
    return writer.write(bytes, () -> table.writeMany(name, batch.values(), batch.options()));
  }

  @Override
  public KVEntry<RawValue> add(Mutation.Add add) {
    return writer.write(0, () -> table.increment(name, add.key(), add.by(), add.options()));
  }

  @Override
  public boolean delete(Mutation.Delete delete) {
    return writer.write(0, () -> table.delete(name, delete.key(), delete.options()));
  }

  @Override
  public DeleteResult deleteMany(Mutation.DeleteMany deletion) {
    return writer.write(
        0,
        () -> table.deleteMany(name, deletion.conditions(), deletion.options().isAtomic()));
  }

  @Override
  public SyncToken syncToken() {
    checkOpen();
    return new SyncToken(changes.reached(name));
  }

  /**
   * Tells of the changes as they were committed, in that order over all keys. Resumes after any of
   * the latest {@value ChangeLog#KEPT} changes of the file since it was opened.
   */
  @Override
  public FeedSubscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    checkOpen();
    FeedSubscription subscription = feed.subscribe(name, sink, from);
    subscriptions.add(subscription);
    if (closed) { // meanwhile
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

  private <T> KVPage<T> scan(ReadConnection.Listing<T> listing, KeyRange range, int limit) {
    checkOpen();
    return readers.read(reader -> reader.scan(listing, name, range, limit, clock.millis()));
  }
}
