package dev.kvstore.internal.engine;

import dev.kvstore.CacheHealth;
import dev.kvstore.DropOptions;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.internal.cache.NearCaches;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.spi.EntryDatabase;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.StoreSize;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A back end with its layers, for both the library and the service. From the outside in:
 *
 * <ol>
 *   <li>the last-known-good file ({@link Layers#lastKnownGood}),
 *   <li>the near-cache ({@link Layers#nearCache}),
 *   <li>the back end.
 * </ol>
 *
 * <p>All callers get the same object for a store, until {@value #MOST_STORES} other stores were
 * requested. Stores need not be closed. Thread-safe.
 */
public final class StoreStack implements EntryDatabase {
  static final int MOST_STORES = 1000;

  private final EntryDatabase backEnd;
  private final @Nullable NearCaches caches;
  private final UnaryOperator<EntryStore> lastKnownGood;
  private final int mostStores;
  private final Map<String, EntryStore> stores = new ConcurrentHashMap<>();

  private StoreStack(String name, EntryDatabase backEnd, Layers layers) {
    this.backEnd = backEnd;
    this.caches = layers
        .nearCache()
        .map(cache -> new NearCaches(
            name, cache, layers.cachedFromTheStart(), backEnd::store, layers.clock()))
        .orElse(null);
    this.lastKnownGood = layers.lastKnownGood().orElse(UnaryOperator.identity());
    // A store with a last-known-good file has a thread, and is kept until it is closed.
    this.mostStores = layers.lastKnownGood().isPresent() ? Integer.MAX_VALUE : MOST_STORES;
  }

  /**
   * Returns a stack of these layers over the back end, which is closed with it; the name is for
   * threads.
   */
  public static StoreStack over(String name, EntryDatabase backEnd, Layers layers) {
    return new StoreStack(name, backEnd, layers);
  }

  /** Returns the database itself if it is a stack, or else a stack without layers over it. */
  public static StoreStack of(EntryDatabase database) {
    return database instanceof StoreStack stack ? stack : over("", database, Layers.NONE);
  }

  /**
   * The layers of a stack.
   *
   * @param nearCache the settings of the near-caches; empty for none
   * @param cachedFromTheStart true to cache a store as soon as it is requested; otherwise it is
   *     cached once it is known to have an entry, so that stores that do not exist cost nothing
   * @param clock the clock for the expiry of entries, the same as that of the back end
   * @param lastKnownGood adds a last-known-good file to a store; empty for none
   */
  public record Layers(
      Optional<NearCacheSettings> nearCache,
      boolean cachedFromTheStart,
      InstantSource clock,
      Optional<UnaryOperator<EntryStore>> lastKnownGood) {
    public static final Layers NONE = of(Optional.empty(), false, InstantSource.system());

    /** Returns layers without a last-known-good file. */
    public static Layers of(
        Optional<NearCacheSettings> nearCache, boolean cachedFromTheStart, InstantSource clock) {
      return new Layers(nearCache, cachedFromTheStart, clock, Optional.empty());
    }

    /** Returns layers with a near-cache for each store that is known to have an entry. */
    public static Layers cached(NearCacheSettings settings, InstantSource clock) {
      return of(Optional.of(settings), false, clock);
    }
  }

  @Override
  public EntryStore store(String name) {
    EntryStore open = stores.get(name);
    return open == null ? open(name) : open;
  }

  private EntryStore open(String name) {
    if (stores.size() >= mostStores) {
      stores.clear();
    }
    return stores.computeIfAbsent(name, this::layered);
  }

  private EntryStore layered(String name) {
    return lastKnownGood.apply(caches == null ? backEnd.store(name) : caches.store(name));
  }

  /** Returns the number of open stores. */
  int size() {
    return stores.size();
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
  public Map<String, Long> entryCounts() {
    return backEnd.entryCounts();
  }

  @Override
  public List<StoreSize> sizes(int most) {
    return backEnd.sizes(most);
  }

  @Override
  public boolean drop(String name, DropOptions options) {
    try {
      return backEnd.drop(name, options);
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
        () -> Closing.all(
            stores.values().stream().<Runnable>map(store -> store::close).toList()),
        () -> {
          if (caches != null) {
            caches.close();
          }
        },
        backEnd::close);
  }
}
