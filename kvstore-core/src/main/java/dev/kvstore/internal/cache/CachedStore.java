package dev.kvstore.internal.cache;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.HeldEntry;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.util.Collection;
import java.util.List;
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
final class CachedStore extends ForwardingEntryStore {
  private final NearCaches caches;
  private volatile @Nullable Shared known;
  private volatile boolean closed;

  /** @param store the holder's own way to the database, closed with this */
  CachedStore(EntryStore store, NearCaches caches) {
    super(store);
    this.caches = caches;
  }

  @Override
  public <C> Optional<C> capability(Class<C> type) {
    Shared shared = closed ? null : find();
    return shared == null ? super.capability(type) : shared.cache().capability(type);
  }

  @Override
  public @Nullable HeldEntry peek(String key, ReadOptions options) {
    Shared shared = closed ? null : find();
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
        // A store that has no entry to delete may not exist.
        result -> !mutation.keys().isEmpty() && !Boolean.FALSE.equals(result),
        cache -> mutation.keys().forEach(cache::invalidate));
  }

  @Override
  public SyncToken syncToken() {
    Shared shared = find();
    return shared == null ? super.syncToken() : shared.cache().syncToken();
  }

  @Override
  public void close() {
    closed = true;
    super.close();
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
      R result = operation.apply(used == null ? below() : used.cache());
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
