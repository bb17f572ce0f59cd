package dev.kvstore.internal.cache;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVType;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.spi.CachedEntry;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.FeedSubscription;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.NearCacheView;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A near-cache over an entry store. Caches an entry until the change feed invalidates it. While the
 * feed is alive, no entry older than the staleness bound is served; otherwise reads go to the
 * store, or return entries marked as stale if the settings allow it. A process reads its own
 * writes, and reads of a key are monotonic.
 *
 * <p>Listings go to the store. After a listing no longer shows a key that another process deleted,
 * the key may still be read from the cache until the feed reports the delete.
 *
 * <p>Thread-safe. Has one daemon thread until {@link #close()}; the caches of {@link NearCaches}
 * share one.
 */
public final class NearCache extends ForwardingEntryStore implements NearCacheView {
  private final Slots slots;
  private final CoherenceLease freshness;
  private final CacheClock clock;
  private final Counters counters;
  private final Lifetimes lifetimes;
  private final CacheReader reader;
  private final Runnable onTick;
  private final AtomicBoolean closed = new AtomicBoolean();
  private FeedSubscription subscription = () -> {};

  /** Creates a cache from given parts, for tests. */
  NearCache(
      EntryStore store,
      NearCacheSettings settings,
      Slots slots,
      CoherenceLease freshness,
      CacheClock clock,
      Counters counters,
      CacheReader reader) {
    super(store);
    this.slots = slots;
    this.freshness = freshness;
    this.clock = clock;
    this.counters = counters;
    this.lifetimes = new Lifetimes(settings, slots);
    this.reader = reader;
    this.onTick = freshness::update;
  }

  /**
   * Returns a cache over the store. It starts to hold entries when the store's change feed is open;
   * this method does not wait for that.
   *
   * @param store closed with the cache; a store without a change feed is not cached, unless the
   *     settings have a time to live
   * @param timeOfDay the clock for the expiry of entries, the same as that of the store
   */
  public static NearCache over(
      EntryStore store, NearCacheSettings settings, InstantSource timeOfDay) {
    return over(store, settings, new CacheClock(store.name(), timeOfDay));
  }

  static NearCache over(EntryStore store, NearCacheSettings settings, CacheClock clock) {
    Slots slots = new Slots(settings.maximumBytes());
    CoherenceLease freshness = new CoherenceLease(settings, clock);
    Counters counters = new Counters();
    CacheReader reader = new CacheReader(store, settings, slots, freshness, clock, counters);
    NearCache cache = new NearCache(store, settings, slots, freshness, clock, counters, reader);
    try {
      cache.start(new InvalidationSink(slots, freshness, counters));
      return cache;
    } catch (RuntimeException | Error e) {
      cache.retire();
      throw e;
    }
  }

  void start(ChangeSink feed) {
    try {
      subscription = super.subscribe(feed, null);
    } catch (UnsupportedOperationException e) {
      // Without a change feed only a time to live can bound the age of cached entries.
    }
    clock.start(onTick);
  }

  /**
   * Removes all entries. From now on reads go to the store; open references to this cache keep
   * working.
   */
  void retire() {
    freshness.close();
    clock.stop(onTick);
    Closing.all(subscription::close, slots::clear);
  }

  /** Returns the size of the cached entries in bytes. */
  long weight() {
    return slots.weight();
  }

  /** Sets the maximum size in bytes. */
  void resize(long maximumBytes) {
    slots.resize(maximumBytes);
  }

  @Override
  public CacheFigures health() {
    return counters.health(freshness, slots);
  }

  @Override
  public void invalidate(String key) {
    slots.remove(Objects.requireNonNull(key, "key"));
  }

  @Override
  public void invalidateAll() {
    slots.clear();
  }

  @Override
  public @Nullable CachedEntry peek(String key, ReadOptions options) {
    return reader.isKnown(options) ? reader.hit(key) : null;
  }

  @Override
  public void keep(KVEntry<RawValue> entry, KVType<?> type, Object value) {
    if (slots.get(entry.key()) instanceof EntrySlot held && held.isOf(entry.metadata())) {
      held.keep(type, value, 0);
    }
  }

  @Override
  public @Nullable Supplier<@Nullable Object> remember(CachedEntry held, KVType<?> type) {
    RememberedValue remembered = held instanceof EntrySlot slot
        ? slot.remember(type, value -> new RememberedValue(value, freshness, counters))
        : null;
    if (remembered != null) {
      remembered.renew();
    }
    return remembered;
  }

  @Override
  public List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options) {
    requireOpen();
    if (options.at().isPresent()) {
      return super.find(keys, options);
    }
    CachedEntry hit = keys.size() == 1 ? peek(keys.iterator().next(), options) : null;
    return hit == null ? reader.read(keys, options) : hit.entry().stream().toList();
  }

  @Override
  public <T> KVPage<T> scan(
      KeyRange range, Projection<T> projection, int limit, ReadOptions options) {
    requireOpen();
    KVPage<T> page = super.scan(range, projection, limit, options);
    if (options.at().isPresent()) {
      return page;
    }
    for (T item : page.items()) {
      Optional<KVMetadata> metadata = projection.metadata(item);
      if (metadata.isPresent()) {
        slots.read(projection.key(item), metadata);
      } else {
        slots.seen(projection.key(item));
      }
    }
    return page;
  }

  @Override
  public <R> R apply(Mutation<R> mutation) {
    requireOpen();
    if (mutation instanceof Mutation.Delete
        || mutation instanceof Mutation.DeleteMany
        || mutation instanceof Mutation.Batch
        || mutation instanceof Mutation.All) {
      try {
        return super.apply(mutation);
      } finally {
        mutation.keys().forEach(slots::forget);
      }
    }
    String key = mutation.keys().iterator().next();
    R kept = mutation instanceof Mutation.PutIfAbsent ? kept(mutation, key) : null;
    return kept != null ? kept : announced(mutation, key);
  }

  /**
   * Returns the result of a mutation that leaves the cached entry unchanged, without reaching the
   * store; null if the store must decide.
   */
  private <R> @Nullable R kept(Mutation<R> mutation, String key) {
    EntrySlot held = reader.hit(key);
    return held == null ? null : held.entry().map(mutation::unchanged).orElse(null);
  }

  /** Returns a position that also includes all reads through the cache. */
  @Override
  public SyncToken syncToken() {
    return super.syncToken().max(new SyncToken(freshness.position()));
  }

  @Override
  public FeedSubscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    requireOpen();
    return super.subscribe(sink, from);
  }

  /** Also closes the store. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    Closing.all(this::retire, super::close);
  }

  private <R> R announced(Mutation<R> mutation, String key) {
    PendingWrite slot = slots.announce(key);
    boolean keep = freshness.mayKeep();
    long asked = clock.nanos();
    try {
      R result = super.apply(mutation);
      Optional<KVEntry<RawValue>> entry = mutation.entry(result);
      slots.acknowledged(key, slot, keep ? lifetimes.hold(key, entry, asked) : null);
      return result;
    } catch (RuntimeException | Error e) {
      slots.forget(key);
      throw e;
    }
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new KVException(ErrorCode.CLOSED, "The store '" + name() + "' has been closed");
    }
  }
}
