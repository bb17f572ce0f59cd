package dev.kvstore.internal.engine;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kvstore.CacheHealth;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.internal.cache.NearCaches;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.StoreSize;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A back end with the layers over it, for library, client and service alike. From the outside in:
 *
 * <ol>
 *   <li>the copy that is served while the back end is away ({@link Layers#withCopy}),
 *   <li>the near-cache ({@link Layers#withNearCache}),
 *   <li>the back end.
 * </ol>
 *
 * <p>Everybody who asks for a store gets the same object, as long as it is among the
 * {@value #MOST_STORES} that were asked for last. Closing it is not needed. Thread-safe.
 */
public final class StoreStack implements EntryDatabase {
  static final int MOST_STORES = 1000;

  private final EntryDatabase backEnd;
  private final @Nullable NearCaches caches;
  private final Layers layers;
  private final Cache<String, EntryStore> stores;

  private StoreStack(String name, EntryDatabase backEnd, Layers layers) {
    this.backEnd = backEnd;
    this.layers = layers;
    this.caches = layers.nearCache == null
        ? null
        : new NearCaches(
            name, layers.nearCache, layers.cachedFromTheStart, backEnd::store, layers.clock);
    Caffeine<Object, Object> pool = Caffeine.newBuilder();
    // A copy has a thread and a file, so it is not dropped: applications name few stores.
    this.stores = layers.copy == null ? pool.maximumSize(MOST_STORES).build() : pool.build();
  }

  /**
   * Returns the back end with these layers.
   *
   * @param name that of the database, for names of threads
   * @param backEnd is closed with what is returned
   */
  public static StoreStack over(String name, EntryDatabase backEnd, Layers layers) {
    return new StoreStack(name, backEnd, layers);
  }

  /** Returns the database itself if it is a stack, else one without layers over it. */
  public static StoreStack of(EntryDatabase database) {
    return database instanceof StoreStack stack ? stack : over("", database, Layers.NONE);
  }

  /** Which layers there are. Immutable. */
  public static final class Layers {
    public static final Layers NONE = new Layers(null, false, InstantSource.system(), null);

    private final @Nullable NearCacheSettings nearCache;
    private final boolean cachedFromTheStart;
    private final InstantSource clock;
    private final @Nullable UnaryOperator<EntryStore> copy;

    private Layers(
        @Nullable NearCacheSettings nearCache,
        boolean cachedFromTheStart,
        InstantSource clock,
        @Nullable UnaryOperator<EntryStore> copy) {
      this.nearCache = nearCache;
      this.cachedFromTheStart = cachedFromTheStart;
      this.clock = clock;
      this.copy = copy;
    }

    /**
     * Adds a near-cache for each store once it is seen to have an entry, so that asking for stores
     * that do not exist costs nothing.
     *
     * @param timeOfDay decides when entries expire, as it does in the back end
     */
    public Layers withNearCache(NearCacheSettings settings, InstantSource timeOfDay) {
      return new Layers(settings, cachedFromTheStart, timeOfDay, copy);
    }

    /** Adds the near-cache of a store when the store is first asked for. */
    public Layers cachedFromTheStart() {
      return new Layers(nearCache, true, clock, copy);
    }

    /** Adds a layer that serves a copy of the store while the back end is away. */
    public Layers withCopy(UnaryOperator<EntryStore> layer) {
      return new Layers(nearCache, cachedFromTheStart, clock, layer);
    }
  }

  @Override
  public EntryStore store(String name) {
    EntryStore open = stores.getIfPresent(name);
    return open == null ? stores.get(name, this::open) : open;
  }

  private EntryStore open(String name) {
    EntryStore store = caches == null ? backEnd.store(name) : caches.store(name);
    return layers.copy == null ? store : layers.copy.apply(store);
  }

  /** Returns how many stores are held. */
  long size() {
    stores.cleanUp();
    return stores.estimatedSize();
  }

  @Override
  public EntryStore internalStore(String name) {
    return backEnd.internalStore(name);
  }

  @Override
  public List<String> storeNames() {
    return backEnd.storeNames();
  }

  @Override
  public List<StoreSize> sizes(int most) {
    return backEnd.sizes(most);
  }

  @Override
  public boolean drop(String name) {
    try {
      return backEnd.drop(name);
    } finally {
      if (caches != null) {
        caches.forget(name);
      }
    }
  }

  @Override
  public Optional<CacheHealth> cacheHealth() {
    return Optional.ofNullable(caches).map(NearCaches::health);
  }

  @Override
  public void ping() {
    backEnd.ping();
  }

  @Override
  public void close() {
    Closing.all(
        () -> Closing.all(stores.asMap().values().stream()
            .<Runnable>map(store -> store::close)
            .toList()),
        () -> {
          if (caches != null) {
            caches.close();
          }
        },
        backEnd::close);
  }
}
