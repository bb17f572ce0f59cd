package dev.kvstore.internal.cache;

import dev.kvstore.KVEntry;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.RawValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries from memory, by joining a pending load, or by a load on the calling thread.
 * Thread-safe.
 */
class CacheReader {
  private final EntryStore store;
  private final Slots slots;
  private final CoherenceLease freshness;
  private final CacheClock clock;
  private final Counters counters;
  private final Lifetimes lifetimes;
  private final ReadBreaker outage;
  private final boolean servesStale;
  private final long joinableFor;

  CacheReader(
      EntryStore store,
      NearCacheSettings settings,
      Slots slots,
      CoherenceLease freshness,
      CacheClock clock,
      Counters counters) {
    this.store = store;
    this.slots = slots;
    this.freshness = freshness;
    this.clock = clock;
    this.counters = counters;
    this.lifetimes = new Lifetimes(settings, slots);
    this.outage = new ReadBreaker(clock);
    this.servesStale = settings.pastBound() == NearCacheSettings.PastBound.SERVE_STALE;
    this.joinableFor = CoherenceLease.nanos(settings.stalenessBound());
  }

  /**
   * Returns the cached entry if it can be served to a read without special options; null otherwise.
   */
  @Nullable
  EntrySlot hit(String key) {
    // Check the lease first: a slot found after that is at least as fresh as the lease guarantees.
    if (freshness.isServing()
        && slots.get(key) instanceof EntrySlot held
        && held.isGood(freshness, clock)) {
      counters.hit();
      return held;
    }
    return null;
  }

  /** Returns the entries of those keys that have one. Loads all uncached keys together. */
  final List<KVEntry<RawValue>> read(Collection<String> keys, ReadOptions options) {
    Set<String> wanted = new LinkedHashSet<>(keys);
    if (!isKnown(options)) {
      counters.bypasses.add(wanted.size());
      counters.misses.add(wanted.size());
      return List.copyOf(readThrough(wanted, options).values());
    }
    boolean serving = freshness.isServing();
    Batch batch = new Batch();
    if (!serving) {
      counters.bypasses.add(wanted.size());
      if (servesStale && !outage.mayAsk() && addStale(wanted, batch)) {
        return batch.found;
      }
    }
    try {
      outage.noting(() -> {
        loadAll(wanted, serving, options, batch);
        for (Map.Entry<String, PendingLoad> joined : batch.joined.entrySet()) {
          join(joined.getKey(), joined.getValue(), options).ifPresent(batch.found::add);
        }
        return batch;
      });
    } catch (UnavailableException e) {
      Set<String> missing = new LinkedHashSet<>(batch.own.keySet());
      missing.addAll(batch.joined.keySet());
      batch.found.forEach(entry -> missing.remove(entry.key()));
      if (!addStale(missing, batch)) {
        throw e;
      }
    }
    return batch.found;
  }

  /** The state of a read of many keys. */
  private static final class Batch {
    final List<KVEntry<RawValue>> found = new ArrayList<>();
    final Map<String, PendingLoad> own = new LinkedHashMap<>();
    final Map<String, PendingLoad> joined = new HashMap<>();
  }

  /**
   * Returns true if the map is as fresh as the options require. Call this before looking into the
   * map.
   */
  boolean isKnown(ReadOptions options) {
    long least = options.atLeast().position();
    return !options.bypassCache() && (least == 0 || least <= freshness.position());
  }

  /**
   * Returns the options of a load: it must be at least as new as the feed and as anything read by
   * this process. Without positions an intermediate cache cannot prove that, so it is bypassed.
   */
  ReadOptions demand(ReadOptions options) {
    SyncToken least =
        new SyncToken(freshness.position()).max(store.syncToken()).max(options.atLeast());
    ReadOptions demanded = ReadOptions.atLeast(least);
    return options.bypassCache() || least.equals(SyncToken.START)
        ? demanded.bypassingCache()
        : demanded;
  }

  /** Finds the key in memory, or joins a pending load of it, or registers a load of its own. */
  private void enter(String key, boolean serving, ReadOptions options, Batch batch) {
    while (true) {
      Slot found = slots.get(key);
      EntrySlot held = found == null ? null : found.held();
      if (serving
          && held != null
          && !(found instanceof PendingLoad)
          && held.isGood(freshness, clock)) {
        counters.hit();
        held.entry().ifPresent(batch.found::add);
        return;
      }
      if (found instanceof PendingLoad running && isJoinable(running, options)) {
        counters.misses.increment();
        batch.joined.put(key, running);
        return;
      }
      PendingLoad own = new PendingLoad(held, clock.nanos());
      if (slots.claim(key, found, own)) {
        counters.misses.increment();
        batch.own.put(key, own);
        return;
      }
    }
  }

  /**
   * Returns true if the load is recent enough to join. A hanging load may return the state of when
   * it began.
   */
  private boolean isJoinable(PendingLoad load, ReadOptions options) {
    return options.atLeast().position() == 0 && clock.nanos() - load.began() < joinableFor;
  }

  private void loadAll(Set<String> wanted, boolean serving, ReadOptions options, Batch batch) {
    try {
      for (String key : wanted) {
        enter(key, serving, options, batch);
      }
      if (batch.own.isEmpty()) {
        return;
      }
      boolean keep = freshness.mayKeep();
      counters.loads.increment();
      Map<String, KVEntry<RawValue>> read = byKey(batch.own.keySet(), demand(options));
      batch.own.forEach((key, load) -> {
        Optional<KVEntry<RawValue>> entry = Optional.ofNullable(read.get(key));
        finish(key, load, entry, keep);
        entry.ifPresent(batch.found::add);
      });
      batch.own.clear();
    } catch (RuntimeException | Error e) {
      // End the loads after any failure, so that no thread waits for them forever.
      batch.own.forEach((key, load) -> fail(key, load, e));
      throw e;
    }
  }

  private void finish(
      String key, PendingLoad load, Optional<KVEntry<RawValue>> entry, boolean keep) {
    if (entry.isPresent() && entry.get().stale()) { // the store does not guarantee its freshness
      finishStale(key, load, entry);
    } else {
      slots.loaded(key, load, entry, keep ? lifetimes.hold(key, entry, load.began()) : null);
    }
    load.result().complete(entry);
  }

  /**
   * Ends a load that read a stale entry. The slot from before the load is kept if it holds the same
   * entry.
   */
  void finishStale(String key, PendingLoad load, Optional<KVEntry<RawValue>> entry) {
    EntrySlot before = load.held();
    if (before != null && before.isOf(entry.map(KVEntry::metadata).orElse(null))) {
      slots.failed(key, load);
    } else {
      slots.loaded(key, load, entry, null);
    }
  }

  private void fail(String key, PendingLoad load, Throwable failure) {
    slots.failed(key, load);
    if (failure instanceof UnavailableException && !Thread.currentThread().isInterrupted()) {
      load.result().completeExceptionally(failure);
    } else {
      load.result().cancel(false);
    }
  }

  private Optional<KVEntry<RawValue>> join(String key, PendingLoad load, ReadOptions options) {
    try {
      return clock.await(load.result(), joinableFor);
    } catch (TimeoutException | CancellationException e) {
      // The load hangs, or failed for a reason of its own. Read on this thread instead; the circuit
      // breaker of the store limits how many threads hang.
      return Optional.ofNullable(readThrough(Set.of(key), options).get(key));
    } catch (ExecutionException e) {
      throw new UnavailableException(
          "Key '" + key + "' could not be read: another thread asked for it in vain", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException(
          "Interrupted while key '" + key + "' was being read by another thread", e);
    }
  }

  /**
   * Reads from the store, and removes slots that do not match the result, so that no later read
   * returns an older entry.
   */
  private Map<String, KVEntry<RawValue>> readThrough(Set<String> keys, ReadOptions options) {
    counters.loads.increment();
    Map<String, KVEntry<RawValue>> read = byKey(keys, demand(options));
    for (String key : keys) {
      slots.read(key, Optional.ofNullable(read.get(key)).map(KVEntry::metadata));
    }
    return read;
  }

  private Map<String, KVEntry<RawValue>> byKey(Set<String> keys, ReadOptions options) {
    Map<String, KVEntry<RawValue>> read = new LinkedHashMap<>();
    for (KVEntry<RawValue> entry : store.find(keys, options)) {
      read.put(entry.key(), entry);
    }
    return read;
  }

  /**
   * Adds the cached entries of all these keys, marked as stale; adds nothing and returns false if
   * any is missing.
   */
  private boolean addStale(Set<String> keys, Batch batch) {
    List<EntrySlot> stale = new ArrayList<>();
    for (String key : keys) {
      EntrySlot held = stale(key);
      if (held == null) {
        return false;
      }
      stale.add(held);
    }
    stale.forEach(held -> marked(held).ifPresent(batch.found::add));
    return true;
  }

  /**
   * Returns the cached entry if it can be served marked as stale; null for a cached absence, which
   * cannot be marked.
   */
  private @Nullable EntrySlot stale(String key) {
    Slot found = servesStale ? slots.get(key) : null;
    EntrySlot held = found == null ? null : found.held();
    return held != null && held.entry().isPresent() && !held.isExpired(clock) ? held : null;
  }

  private Optional<KVEntry<RawValue>> marked(EntrySlot held) {
    counters.staleReads.increment();
    return held.entry()
        .map(entry -> KVEntry.of(entry.value(), entry.metadata(), true, KVEntry.Source.CACHE));
  }
}
