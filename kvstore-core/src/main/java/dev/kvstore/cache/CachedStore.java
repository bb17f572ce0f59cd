package dev.kvstore.cache;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.KVCache;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVType;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.Defaulted;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.HeldEntry;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Subscription;
import dev.kvstore.spi.Write;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A store as one of its holders has it: what is asked of it goes by the cache that all share, or
 * where there is none to the database. The cache may come and go at any time. So after each
 * operation that went another way than by the cache that is there then, that cache forgets what the
 * operation was about: it may have been read before, and must not be served after.
 */
final class CachedStore implements EntryStore {
  private final EntryStore store;
  private final NearCaches caches;
  private volatile @Nullable Shared known;
  private volatile boolean closed;

  /** @param store the holder's own way to the database, closed with this */
  CachedStore(EntryStore store, NearCaches caches) {
    this.store = store;
    this.caches = caches;
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public Optional<KVCache> cache() {
    return Optional.ofNullable(closed ? null : find()).map(Shared::cache);
  }

  @Override
  public @Nullable HeldEntry held(String key) {
    Shared shared = closed ? null : find();
    return shared == null ? null : shared.cache().held(key);
  }

  @Override
  public @Nullable HeldEntry held(String key, ReadOptions options) {
    Shared shared = closed ? null : find();
    return shared == null ? null : shared.cache().held(key, options);
  }

  @Override
  public void keep(KVEntry<RawValue> entry, KVType<?> type, Object value) {
    Shared shared = closed ? null : find();
    if (shared != null) {
      shared.cache().keep(entry, type, value);
    }
  }

  @Override
  public Optional<KVEntry<RawValue>> read(String key, ReadOptions options) {
    return run(
        through -> through.read(key, options), Optional::isPresent, cache -> cache.invalidate(key));
  }

  @Override
  public List<KVEntry<RawValue>> readMany(Collection<String> keys, ReadOptions options) {
    return run(
        through -> through.readMany(keys, options),
        found -> !found.isEmpty(),
        cache -> keys.forEach(cache::invalidate));
  }

  @Override
  public KVPage<KVEntry<RawValue>> scan(KeyRange range, int limit, ReadOptions options) {
    return list(through -> through.scan(range, limit, options));
  }

  @Override
  public KVPage<KVMetadata> scanMetadata(KeyRange range, int limit, ReadOptions options) {
    return list(through -> through.scanMetadata(range, limit, options));
  }

  @Override
  public KVPage<String> scanKeys(KeyRange range, int limit, ReadOptions options) {
    return list(through -> through.scanKeys(range, limit, options));
  }

  /** Shows no entry, so there is nothing to forget. */
  @Override
  public int count(KeyRange range, int most, ReadOptions options) {
    return store.count(range, most, options);
  }

  private <T> KVPage<T> list(Function<EntryStore, KVPage<T>> scan) {
    return run(scan, page -> !page.items().isEmpty(), NearCache::invalidateAll);
  }

  @Override
  public KVMetadata write(Write write) {
    return write(write.key(), through -> through.write(write), written -> true);
  }

  @Override
  public Defaulted setDefault(Write write) {
    return write(write.key(), through -> through.setDefault(write), kept -> true);
  }

  @Override
  public BatchResult writeMany(Map<String, RawValue> values, BatchOptions options) {
    return run(
        through -> through.writeMany(values, options),
        written -> !values.isEmpty(),
        cache -> values.keySet().forEach(cache::invalidate));
  }

  @Override
  public KVEntry<RawValue> increment(String key, long by, WriteOptions options) {
    return write(key, through -> through.increment(key, by, options), sum -> true);
  }

  @Override
  public boolean delete(String key, WriteOptions options) {
    return write(key, through -> through.delete(key, options), deleted -> deleted);
  }

  private <R> R write(String key, Function<EntryStore, R> operation, Predicate<R> shows) {
    return run(operation, shows, cache -> cache.invalidate(key));
  }

  @Override
  public SyncToken syncToken() {
    Shared shared = find();
    return shared == null ? store.syncToken() : shared.cache().syncToken();
  }

  @Override
  public Subscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    return store.subscribe(sink, from);
  }

  @Override
  public void close() {
    closed = true;
    store.close();
  }

  /**
   * @param shows whether an outcome shows that the store exists
   * @param forget takes out of a cache what the operation was about
   */
  private <R> R run(
      Function<EntryStore, R> operation, Predicate<R> shows, Consumer<NearCache> forget) {
    if (closed) {
      throw new KVException(ErrorCode.CLOSED, "The store '" + name() + "' has been closed");
    }
    Shared used = find();
    try {
      R result = operation.apply(used == null ? store : used.cache());
      if (used == null && shows.test(result)) {
        caches.make(name());
      }
      return result;
    } finally {
      Shared now = find();
      if (now != null && now != used) {
        forget.accept(now.cache());
      }
    }
  }

  private @Nullable Shared find() {
    Shared found = known;
    if (found == null || found.isRetired()) {
      found = caches.find(name());
      known = found;
    }
    if (found != null) {
      found.touch();
    }
    return found;
  }
}
