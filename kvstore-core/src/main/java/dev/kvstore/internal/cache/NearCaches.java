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
 * The near-caches of a database's stores: one for each name, which share the memory of the
 * settings.
 *
 * <p>A store is cached once it is seen to have an entry, so stores that do not exist cost nothing.
 * Its cache is dropped after a while without use. There are at most {@value #MOST}: another
 * replaces the one unused for longest, and if all are in use the store is read without a cache and
 * the log says so. Thread-safe; has one daemon thread while there is a cache.
 */
public final class NearCaches implements AutoCloseable {
  /** Each is a part of the database's feed, which looks at all of them again and again. */
  static final int MOST = 256;

  private static final Duration UPKEEP = Duration.ofSeconds(1);

  /** For so many rounds of upkeep a cache stays that nobody uses: ten minutes. */
  static final int PATIENCE = 600;

  /** A cache that nobody has used for so many rounds makes room for another: ten seconds. */
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
   * @param name that of the database
   * @param fromTheStart whether a store is cached before it is seen to have an entry
   * @param stores opens a store; what it returns is closed with its cache
   * @param timeOfDay tells when entries expire, as it does the stores
   */
  public NearCaches(
      String name,
      NearCacheSettings settings,
      boolean fromTheStart,
      Function<String, EntryStore> stores,
      InstantSource timeOfDay) {
    // Evicting much takes a while, and the clock must go on meanwhile.
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

  /** Returns the store, read through the cache that all stores of that name share. */
  public EntryStore store(String name) {
    EntryStore store = stores.apply(name);
    seen(name, false);
    return new CachedStore(store, this);
  }

  /** Returns the cache of a store; null where it has none. */
  @Nullable
  Shared find(String store) {
    return caches.get(store);
  }

  /** Notes that the store was asked for, and whether it has entries, so that it may be cached. */
  void seen(String store, boolean exists) {
    if (exists || fromTheStart) {
      make(store);
    }
  }

  /** Makes a cache for the store, unless too many others are in use. */
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
      // The database was closed meanwhile, which the next caller is told.
      log.debug("No near-cache for the store '{}'", store, e);
    }
  }

  private boolean isFull() {
    return caches.size() >= MOST;
  }

  /** Returns whether there may be another cache, for which one that is idle may have to go. */
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
    nextEviction = now + UPKEEP.toNanos(); // none becomes idle before
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

  /** To be called when a store was dropped, or may have been: nothing of it is held any more. */
  public void forget(String store) {
    Shared shared = find(store);
    if (shared != null) {
      shared.cache().invalidateAll();
    }
  }

  /** Returns the combined health: the worst of each figure, and counts of dropped caches too. */
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

  /** Lets go of caches that nobody uses, and gives those that need it more of the memory. */
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
   * Divides the memory: each cache gets twice its weight and a little, at most an equal share of
   * the rest; what is left is divided equally. The weights are in ascending order.
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

  /** Closes all caches: whoever still has a store of these is told that it is closed. */
  @Override
  public synchronized void close() {
    closed = true;
    clock.stop(onTick);
    List<Shared> all = List.copyOf(caches.values());
    caches.clear();
    Closing.all(all.stream().<Runnable>map(shared -> shared.cache()::close).toList());
  }
}
