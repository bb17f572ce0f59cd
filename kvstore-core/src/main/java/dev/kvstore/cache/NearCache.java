package dev.kvstore.cache;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.CacheHealth;
import dev.kvstore.ErrorCode;
import dev.kvstore.EtagReusedException;
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
import dev.kvstore.spi.Closing;
import dev.kvstore.spi.Defaulted;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.HeldEntry;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Subscription;
import dev.kvstore.spi.Write;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Any entry store, read at the speed of memory. What was read is held until the store tells that it
 * has changed; as long as the store's feed of changes is alive, nothing is served that is older
 * than the settings' bound, and when it is not, reads go to the store, or where the settings say so
 * are served and marked as stale. A process reads its own writes, and no key goes back in time.
 *
 * <p>Listings go to the store. They let nobody read an older entry afterwards, but a key that was
 * deleted elsewhere and so is missing from a listing may still be read until the feed tells of it.
 *
 * <p>Thread-safe. Has one daemon thread, which ends with {@link #close()}; those of
 * {@link NearCaches} share one.
 */
public final class NearCache implements EntryStore, KVCache {
  private final EntryStore store;
  private final Slots slots;
  private final Freshness freshness;
  private final CacheClock clock;
  private final Counters counters;
  private final Lifetimes lifetimes;
  private final Reader reader;
  private final Runnable onTick;
  private final AtomicBoolean closed = new AtomicBoolean();
  private @Nullable Subscription subscription;

  /** For tests, which bring parts of their own. */
  NearCache(
      EntryStore store,
      NearCacheSettings settings,
      Slots slots,
      Freshness freshness,
      CacheClock clock,
      Counters counters,
      Reader reader) {
    this.store = store;
    this.slots = slots;
    this.freshness = freshness;
    this.clock = clock;
    this.counters = counters;
    this.lifetimes = new Lifetimes(settings, slots);
    this.reader = reader;
    this.onTick = freshness::update;
  }

  /**
   * Returns the store behind a cache, which begins to hold entries when the store's feed of changes
   * is open. Does not wait for that.
   *
   * @param store is closed with the cache. One that cannot tell of changes is not cached, unless
   *     the settings have a time to live
   */
  public static NearCache over(EntryStore store, NearCacheSettings settings) {
    return over(store, settings, InstantSource.system());
  }

  /**
   * As {@link #over(EntryStore, NearCacheSettings)}.
   *
   * @param timeOfDay tells when entries expire, as it does the store
   */
  public static NearCache over(
      EntryStore store, NearCacheSettings settings, InstantSource timeOfDay) {
    return over(store, settings, new CacheClock(store.name(), timeOfDay));
  }

  static NearCache over(EntryStore store, NearCacheSettings settings, CacheClock clock) {
    Slots slots = new Slots(settings.maximumBytes());
    Freshness freshness = new Freshness(settings, clock);
    Counters counters = new Counters();
    Reader reader = new Reader(store, settings, slots, freshness, clock, counters);
    NearCache cache = new NearCache(store, settings, slots, freshness, clock, counters, reader);
    try {
      cache.start(new Feed(slots, freshness, counters));
      return cache;
    } catch (RuntimeException | Error e) {
      cache.retire();
      throw e;
    }
  }

  void start(ChangeSink feed) {
    try {
      subscription = store.subscribe(feed, null);
    } catch (UnsupportedOperationException e) {
      // Then nothing vouches for what is held, and only a time to live can bound its age.
    }
    clock.start(onTick);
  }

  /**
   * Lets go of all that the cache has and holds, and asks the store from now on. Unlike
   * {@link #close()} it does not disturb whoever still uses the cache.
   */
  void retire() {
    freshness.close();
    clock.stop(onTick);
    Subscription open = subscription;
    Closing.all(
        () -> {
          if (open != null) {
            open.close();
          }
        },
        slots::clear);
  }

  /** Returns how many bytes are held. */
  long weight() {
    return slots.weight();
  }

  /** Changes how many bytes may be held. */
  void resize(long maximumBytes) {
    slots.resize(maximumBytes);
  }

  @Override
  public Optional<KVCache> cache() {
    return Optional.of(this);
  }

  @Override
  public CacheHealth health() {
    return counters.health(freshness, slots);
  }

  @Override
  public void invalidate(String key) {
    slots.remove(key);
  }

  @Override
  public void invalidateAll() {
    slots.clear();
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public @Nullable HeldEntry held(String key) {
    return reader.hit(key);
  }

  @Override
  public @Nullable HeldEntry held(String key, ReadOptions options) {
    return reader.isKnown(options) ? reader.hit(key) : null;
  }

  @Override
  public void keep(KVEntry<RawValue> entry, KVType<?> type, Object value) {
    if (slots.get(entry.key()) instanceof Held held && held.isOf(entry.metadata())) {
      held.keep(type, value, 0);
    }
  }

  @Override
  public Optional<KVEntry<RawValue>> read(String key, ReadOptions options) {
    requireOpen();
    return reader.read(key, options);
  }

  @Override
  public List<KVEntry<RawValue>> readMany(Collection<String> keys, ReadOptions options) {
    requireOpen();
    return reader.readMany(keys, options);
  }

  @Override
  public KVPage<KVEntry<RawValue>> scan(KeyRange range, int limit, ReadOptions options) {
    requireOpen();
    KVPage<KVEntry<RawValue>> page = store.scan(range, limit, options);
    page.items().forEach(entry -> slots.read(entry.key(), Optional.of(entry.metadata())));
    return page;
  }

  @Override
  public KVPage<KVMetadata> scanMetadata(KeyRange range, int limit, ReadOptions options) {
    requireOpen();
    KVPage<KVMetadata> page = store.scanMetadata(range, limit, options);
    page.items().forEach(metadata -> slots.read(metadata.key(), Optional.of(metadata)));
    return page;
  }

  @Override
  public KVPage<String> scanKeys(KeyRange range, int limit, ReadOptions options) {
    requireOpen();
    KVPage<String> page = store.scanKeys(range, limit, options);
    page.items().forEach(slots::seen);
    return page;
  }

  @Override
  public int count(KeyRange range, int most, ReadOptions options) {
    requireOpen();
    return store.count(range, most, options);
  }

  @Override
  public KVMetadata write(Write write) {
    return announced(
        write.key(), () -> store.write(write), metadata -> new KVEntry<>(write.value(), metadata));
  }

  /** Where the cache holds an entry, that is what is returned, and the store is not asked. */
  @Override
  public Defaulted setDefault(Write write) {
    requireOpen();
    Held held = reader.hit(write.key());
    if (held != null && held.entry().isPresent()) {
      EtagReusedException.check(write.key(), write.etag(), held.entry().get().etag());
      return new Defaulted(held.entry().get(), false);
    }
    return announced(write.key(), () -> store.setDefault(write), Defaulted::entry);
  }

  @Override
  public BatchResult writeMany(Map<String, RawValue> values, BatchOptions options) {
    requireOpen();
    try {
      return store.writeMany(values, options);
    } finally {
      values.keySet().forEach(slots::forget);
    }
  }

  @Override
  public KVEntry<RawValue> increment(String key, long by, WriteOptions options) {
    return announced(key, () -> store.increment(key, by, options), Function.identity());
  }

  @Override
  public boolean delete(String key, WriteOptions options) {
    requireOpen();
    try {
      return store.delete(key, options);
    } finally {
      slots.forget(key);
    }
  }

  /** Returns a point that is not before anything that was read through the cache, either. */
  @Override
  public SyncToken syncToken() {
    return store.syncToken().max(new SyncToken(freshness.position()));
  }

  @Override
  public Subscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    requireOpen();
    return store.subscribe(sink, from);
  }

  /** Closes the store too. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    Closing.all(this::retire, store::close);
  }

  private <R> R announced(String key, Supplier<R> write, Function<R, KVEntry<RawValue>> outcome) {
    requireOpen();
    Store slot = slots.announce(key);
    boolean keep = freshness.mayKeep();
    long asked = clock.nanos();
    try {
      R result = write.get();
      Optional<KVEntry<RawValue>> entry = Optional.of(outcome.apply(result));
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
