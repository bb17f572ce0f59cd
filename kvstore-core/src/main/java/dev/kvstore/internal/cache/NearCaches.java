package dev.kvstore.internal.cache;

import dev.kvstore.CacheHealth;
import dev.kvstore.KVException;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.internal.support.Guard;
import dev.kvstore.spi.EntryStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The near-caches of a database's stores, one per store name. They share {@code maximumBytes} of
 * the settings.
 *
 * <p>A store gets a cache once it is known to have an entry, so stores that do not exist cost
 * nothing. The cache is dropped when it has been idle for a while. There are at most
 * {@value #MOST}: a new one replaces the one that has been idle for longest. If all are in use, the
 * store is read without a cache and a warning is logged. Thread-safe; has one daemon thread while
 * there is a cache.
 */
public final class NearCaches implements AutoCloseable {
  /**
   * The maximum number of caches. Each is a sink of the database's feed, which serves all of them
   * in turn.
   */
  static final int MOST = 256;

  private static final Duration UPKEEP = Duration.ofSeconds(1);

  /** The number of idle rounds of upkeep after which a cache is dropped: ten minutes. */
  static final int PATIENCE = 600;

  /** The number of idle rounds after which a cache may be replaced by another: ten seconds. */
  static final int EVICTABLE = 10;

  private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(10);

  private static final Logger log = LoggerFactory.getLogger(NearCaches.class);

  private final NearCacheSettings settings;
  private final boolean fromTheStart;
  private final Function<String, EntryStore> stores;
  private final CacheClock clock;
  private final Executor executor;
  private final Runnable onTick = this::tick;
  private final Guard upkeep = new Guard(log, "upkeep of the near-caches");
  private final Map<String, Shared> caches = new ConcurrentHashMap<>();
  private CacheFigures gone = CacheFigures.NONE; // guarded by this
  private long nextWarning = Long.MIN_VALUE; // guarded by this
  private volatile long nextEviction = Long.MIN_VALUE;
  private volatile long keptUpAt;
  private volatile boolean closed;

  /**
   * @param name the name of the database
   * @param fromTheStart true to cache a store before it is known to have an entry
   * @param stores opens a store, which is closed with its cache
   * @param timeOfDay the clock for the expiry of entries, the same as that of the stores
   */
  public NearCaches(
      String name,
      NearCacheSettings settings,
      boolean fromTheStart,
      Function<String, EntryStore> stores,
      InstantSource timeOfDay) {
    // Evicting many entries takes a while and must not delay the clock.
    this(
        settings, fromTheStart, stores, new CacheClock(name, timeOfDay), ForkJoinPool.commonPool());
  }

  NearCaches(
      NearCacheSettings settings,
      boolean fromTheStart,
      Function<String, EntryStore> stores,
      CacheClock clock,
      Executor executor) {
    this.settings = settings;
    this.fromTheStart = fromTheStart;
    this.stores = stores;
    this.clock = clock;
    this.executor = executor;
  }

  /** Returns the store, read through the cache shared by all stores of this name. */
  public EntryStore store(String name) {
    EntryStore store = stores.apply(name);
    seen(name, false);
    return new CachedStore(store, this);
  }

  /** Returns the cache of a store; null if it has none. */
  @Nullable
  Shared find(String store) {
    return caches.get(store);
  }

  /** Creates a cache if the store has entries, or always if stores are cached from the start. */
  void seen(String store, boolean exists) {
    if (exists || fromTheStart) {
      make(store);
    }
  }

  /** Creates a cache for the store, unless too many others are in use. */
  private void make(String store) {
    if (closed || caches.containsKey(store) || (isFull() && clock.nanos() < nextEviction)) {
      return;
    }
    synchronized (this) {
      if (!closed && !caches.containsKey(store) && hasRoomFor(store)) {
        open(store);
      }
    }
  }

  private void open(String store) {
    try {
      NearCache cache = NearCache.over(stores.apply(store), settings, clock);
      if (caches.isEmpty()) {
        clock.start(onTick);
      }
      caches.put(store, new Shared(cache));
      divide();
    } catch (KVException e) {
      // The database was closed concurrently; the next call will fail with that error.
      log.debug("No near-cache for the store '{}'", store, e);
    }
  }

  private boolean isFull() {
    return caches.size() >= MOST;
  }

  /** Returns true if there is room for another cache, after dropping an idle one if necessary. */
  private boolean hasRoomFor(String store) {
    if (!isFull()) {
      return true;
    }
    Optional<Map.Entry<String, Shared>> idlest = caches.entrySet().stream()
        .filter(entry -> entry.getValue().idle() >= EVICTABLE)
        .max(Comparator.comparingInt(entry -> entry.getValue().idle()));
    if (idlest.isPresent()) {
      retire(idlest.get().getKey(), idlest.get().getValue());
      return true;
    }
    long now = clock.nanos();
    nextEviction = now + UPKEEP.toNanos(); // no cache becomes idle before that
    if (now >= nextWarning) {
      nextWarning = now + BETWEEN_WARNINGS.toNanos();
      log.warn(
          "More than {} stores are in use: reads of '{}' and others go to the database, without a"
              + " near-cache",
          MOST,
          store);
    }
    return false;
  }

  private void retire(String store, Shared shared) {
    gone = gone.plus(shared.cache().health().counts());
    caches.remove(store);
    shared.retire();
  }

  /** Removes all cached entries of a store that was, or may have been, dropped. */
  public void forget(String store) {
    Shared shared = find(store);
    if (shared != null) {
      shared.cache().invalidateAll();
    }
  }

  /**
   * Returns the combined health: the worst of each value, and the sum of the counters, including
   * those of dropped caches.
   */
  public synchronized CacheHealth health() {
    return caches.values().stream()
        .map(shared -> shared.cache().health())
        .reduce(gone, CacheFigures::plus);
  }

  private void tick() {
    long now = clock.nanos();
    if (now - keptUpAt >= UPKEEP.toNanos()) {
      keptUpAt = now;
      executor.execute(() -> upkeep.run(this::keepUp));
    }
  }

  /** Drops idle caches and divides the memory among the others. */
  synchronized void keepUp() {
    if (closed) {
      return;
    }
    List<Runnable> retirements = new ArrayList<>();
    caches.forEach((store, shared) -> {
      if (shared.idleRounds() >= PATIENCE) {
        retirements.add(() -> retire(store, shared));
      }
    });
    try {
      Closing.all(retirements);
    } finally {
      if (caches.isEmpty()) {
        clock.stop(onTick);
      } else {
        divide();
      }
    }
  }

  private void divide() {
    List<Weighed> all = caches.values().stream()
        .map(shared -> new Weighed(shared.cache(), shared.cache().weight()))
        .sorted(Comparator.comparingLong(Weighed::weight))
        .toList();
    long[] parts =
        parts(settings.maximumBytes(), all.stream().mapToLong(Weighed::weight).toArray());
    for (int i = 0; i < parts.length; i++) {
      all.get(i).cache().resize(parts[i]);
    }
  }

  private record Weighed(NearCache cache, long weight) {}

  /**
   * Divides the memory: each cache gets twice its weight plus a small amount, but at most an equal
   * share of the memory not yet assigned; the remainder is divided equally. The weights are in
   * ascending order.
   */
  static long[] parts(long total, long[] weights) {
    int count = weights.length;
    long[] parts = new long[count];
    long left = total;
    for (int i = 0; i < count; i++) {
      long wanted = 2 * weights[i] + total / (4L * count);
      parts[i] = Math.min(wanted, left / (count - i));
      left -= parts[i];
    }
    for (int i = 0; i < count; i++) {
      parts[i] += left / count;
    }
    return parts;
  }

  /** Closes all caches and their stores. */
  @Override
  public synchronized void close() {
    closed = true;
    clock.stop(onTick);
    List<Shared> all = List.copyOf(caches.values());
    caches.clear();
    Closing.all(all.stream().<Runnable>map(shared -> shared.cache()::close).toList());
  }
}
