package dev.kvstore.internal.cache;

import dev.kvstore.CacheHealth;
import dev.kvstore.DeleteResult;
import dev.kvstore.KVEntry;
import dev.kvstore.KVPage;
import dev.kvstore.KVType;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.CachedEntry;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.NearCacheView;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store that is read through its near-cache while it has one. If a cache is created during an
 * operation that bypassed it, the keys of the operation are invalidated, because the cache may hold
 * an older read of them.
 */
final class CachedStore extends ForwardingEntryStore implements NearCacheView {
  private final NearCaches caches;
  private volatile @Nullable Shared known;

  CachedStore(EntryStore store, NearCaches caches) {
    super(store);
    this.caches = caches;
  }

  /** Returns the near-cache while there is one. */
  @Override
  public <C> Optional<C> capability(Class<C> type) {
    return find() == null ? below().capability(type) : super.capability(type);
  }

  @Override
  public CacheHealth health() {
    Shared shared = find();
    return shared == null ? CacheFigures.NONE : shared.cache().health();
  }

  @Override
  public void invalidate(String key) {
    ifCached(cache -> cache.invalidate(key));
  }

  @Override
  public void invalidateAll() {
    ifCached(NearCache::invalidateAll);
  }

  @Override
  public void keep(KVEntry<RawValue> entry, KVType<?> type, Object value) {
    ifCached(cache -> cache.keep(entry, type, value));
  }

  @Override
  public @Nullable Supplier<@Nullable Object> remember(CachedEntry held, KVType<?> type) {
    Shared shared = find();
    return shared == null ? null : shared.cache().remember(held, type);
  }

  private void ifCached(Consumer<NearCache> action) {
    Shared shared = find();
    if (shared != null) {
      action.accept(shared.cache());
    }
  }

  @Override
  public @Nullable CachedEntry peek(String key, ReadOptions options) {
    Shared shared = find();
    return shared == null ? null : shared.cache().peek(key, options);
  }

  @Override
  public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
    return run(
        through -> through.find(keys, options),
        found -> !found.isEmpty(),
        cache -> keys.forEach(cache::invalidate));
  }

  @Override
  public <T> KVPage<T> scan(
      KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
    return run(
        through -> through.scan(range, projection, limit, options),
        page -> !page.items().isEmpty(),
        NearCache::invalidateAll);
  }

  @Override
  public <R> R apply(Mutation<R> mutation) {
    return run(
        through -> through.apply(mutation),
        // A delete that found no entry does not prove that the store exists.
        result -> result instanceof DeleteResult deleted
            ? !deleted.keys().isEmpty()
            : !mutation.keys().isEmpty() && !Boolean.FALSE.equals(result),
        cache -> mutation.keys().forEach(cache::invalidate));
  }

  @Override
  public SyncToken syncToken() {
    Shared shared = find();
    return shared == null ? super.syncToken() : shared.cache().syncToken();
  }

  /**
   * @param shows tests whether the result proves that the store exists
   * @param forget invalidates the keys of the operation
   */
  private <R> R run(
      Function<EntryStore, R> operation, Predicate<R> shows, Consumer<NearCache> forget) {
    Shared used = find();
    try {
      R result = operation.apply(used == null ? below() : used.cache());
      if (used == null) {
        caches.seen(name(), shows.test(result));
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
