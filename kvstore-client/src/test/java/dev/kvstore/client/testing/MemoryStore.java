package dev.kvstore.client.testing;

import dev.kvstore.BatchResult;
import dev.kvstore.DeleteResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.support.KeyOrder;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A store that a test can make unreachable. */
public class MemoryStore implements EntryStore, Mutation.Handler {
  public static final BsonCodec CODEC = BsonCodec.create();

  public final AtomicInteger calls = new AtomicInteger();
  public final AtomicInteger scans = new AtomicInteger();
  public final AtomicInteger keysRead = new AtomicInteger();
  public final AtomicReference<@Nullable Error> nextError = new AtomicReference<>();
  public volatile long seen;
  public volatile boolean down;
  public volatile boolean forbidden;
  public volatile boolean closed;
  public volatile @Nullable ChangeSink sink;
  private final NavigableMap<String, KVEntry<RawValue>> entries =
      new ConcurrentSkipListMap<>(KeyOrder.INSTANCE);
  private final AtomicInteger writes = new AtomicInteger();

  public static KVEntry<RawValue> entry(
      String key, @Nullable Object value, long version, @Nullable Instant expiresAt) {
    Instant time = Instant.ofEpochSecond(version);
    return KVEntry.of(
        CODEC.encode(value),
        KVMetadata.of(key, version, "etag" + version, time, time, "me", expiresAt));
  }

  /** Writes as another client. */
  public KVMetadata put(String key, @Nullable Object value) {
    return put(key, value, null);
  }

  public KVMetadata put(String key, @Nullable Object value, @Nullable Instant expiresAt) {
    KVEntry<RawValue> entry = entry(key, value, writes.incrementAndGet(), expiresAt);
    entries.put(key, entry);
    tell(new Change(KVChange.Kind.SET, key, entry.version(), entry.etag(), entry.version()));
    return entry.metadata();
  }

  public void tell(Change change) {
    ChangeSink to = sink;
    if (to != null && !down) {
      to.changed(List.of(change), change.position());
    }
  }

  public void reach() {
    calls.incrementAndGet();
    Error error = nextError.getAndSet(null);
    if (error != null) {
      throw error;
    }
    if (closed) {
      throw new KVException(ErrorCode.CLOSED, "closed");
    }
    if (down) {
      throw new UnavailableException("down", null);
    }
    if (forbidden) {
      throw new KVException(ErrorCode.FORBIDDEN, "forbidden");
    }
  }

  @Override
  public String name() {
    return "s";
  }

  @Override
  public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
    reach();
    keysRead.addAndGet(keys.size());
    return keys.stream()
        .flatMap(key -> Optional.ofNullable(entries.get(key)).stream())
        .toList();
  }

  @Override
  public <T> KVPage<T> scan(
      KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
    if (projection == Projection.ENTRIES) {
      scans.incrementAndGet();
    }
    reach();
    List<KVEntry<RawValue>> found = entries.values().stream()
        .filter(entry -> entry.key().startsWith(range.prefix()))
        .filter(entry ->
            range.after() == null || KeyOrder.INSTANCE.compare(entry.key(), range.after()) > 0)
        .limit(limit)
        .toList();
    return new KVPage<>(
        found.stream().map(projection::of).toList(),
        found.size() < limit
            ? Optional.empty()
            : Optional.of(found.get(found.size() - 1).key()));
  }

  @Override
  public <R> R apply(Mutation<R> mutation) {
    reach();
    return mutation.applyTo(this);
  }

  @Override
  public KVMetadata put(Mutation.Put put) {
    return store(put.write().key(), put.write().value());
  }

  private KVMetadata store(String key, RawValue value) {
    KVEntry<RawValue> entry = entry(key, null, writes.incrementAndGet(), null);
    entries.put(key, entry.withValue(value));
    return entry.metadata();
  }

  @Override
  public SetDefaultResult<RawValue> putIfAbsent(Mutation.PutIfAbsent put) {
    throw new UnsupportedOperationException();
  }

  @Override
  public BatchResult batch(Mutation.Batch batch) {
    batch.values().forEach(this::store);
    return new BatchResult(0, batch.values().size());
  }

  @Override
  public KVEntry<RawValue> add(Mutation.Add add) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean delete(Mutation.Delete delete) {
    boolean deleted = entries.remove(delete.key()) != null;
    if (deleted) {
      tell(new Change(KVChange.Kind.DELETE, delete.key(), 0, null, writes.incrementAndGet()));
    }
    return deleted;
  }

  @Override
  public DeleteResult deleteMany(Mutation.DeleteMany deletion) {
    List<String> deleted = deletion.conditions().keySet().stream()
        .filter(key -> delete(new Mutation.Delete(key, WriteOptions.DEFAULT)))
        .toList();
    return new DeleteResult(deleted, List.of(), Optional.empty());
  }

  @Override
  public FeedSubscription subscribe(ChangeSink newSink, @Nullable SyncToken from) {
    sink = newSink;
    if (!down) {
      newSink.positioned(writes.get());
    }
    return () -> sink = null;
  }

  @Override
  public SyncToken syncToken() {
    return new SyncToken(seen);
  }

  @Override
  public void close() {
    closed = true;
  }
}
