package dev.kvstore.internal.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.RawValue;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The map of a near-cache. A pending slot is added before the database is called. Any change of the
 * key removes that slot, and then the result is not cached. No method blocks or holds a lock across
 * several operations of the map. Thread-safe. Tests override methods to prove that each is needed.
 */
class Slots {
  private final Cache<String, Slot> cache;
  private final ConcurrentMap<String, Slot> map;

  Slots(long maximumBytes) {
    cache = Caffeine.newBuilder()
        .maximumWeight(maximumBytes)
        .weigher((String key, Slot slot) -> slot.weight())
        // Maintenance is cheap and runs no code of ours, so it needs no thread pool.
        .executor(Runnable::run)
        .evictionListener(Slots::evicted)
        .build();
    map = cache.asMap();
  }

  private static void evicted(@Nullable String key, @Nullable Slot slot, RemovalCause cause) {
    if (slot != null) {
      slot.end();
    }
  }

  final @Nullable Slot get(String key) {
    return cache.getIfPresent(key);
  }

  /** Replaces the slot that was found by the load. Returns false if the slot has changed. */
  boolean claim(String key, @Nullable Slot found, PendingLoad load) {
    return found == null ? map.putIfAbsent(key, load) == null : exchange(key, found, load);
  }

  /** Ends a successful load, replacing it by {@code held}; null if the entry must not be cached. */
  void loaded(
      String key, PendingLoad load, Optional<KVEntry<RawValue>> entry, @Nullable EntrySlot held) {
    if (!exchange(key, load, held)) {
      read(key, entry.map(KVEntry::metadata));
    }
  }

  /** Ends a failed load and restores the slot that it replaced. */
  void failed(String key, PendingLoad load) {
    EntrySlot before = load.held();
    exchange(key, load, before == null ? null : before.revived());
  }

  /** Registers a write that is about to start. */
  PendingWrite announce(String key) {
    while (true) {
      Slot found = get(key);
      PendingWrite store = new PendingWrite(found == null ? null : found.held());
      if (found == null ? map.putIfAbsent(key, store) == null : exchange(key, found, store)) {
        return store;
      }
    }
  }

  /**
   * Ends a successful write. The entry is cached only if nothing happened in between: no event,
   * which may be of a later write, no other write, and no load, which may have begun before.
   *
   * @param held the new entry; null if it must not be cached
   */
  void acknowledged(String key, PendingWrite store, @Nullable EntrySlot held) {
    if (held == null || !exchange(key, store, held)) {
      remove(key);
    }
  }

  /** Ends a write with an unknown result, or a delete, whose event would remove the key anyway. */
  void forget(String key) {
    remove(key);
  }

  /** Removes the slot unless it holds this entry, or absence, as read directly from the store. */
  void read(String key, Optional<KVMetadata> found) {
    remove(key, slot -> !(slot instanceof EntrySlot held && held.isOf(found.orElse(null))));
  }

  /** Removes a cached absence of a key that was found to exist. */
  void seen(String key) {
    remove(key, slot -> slot.held() == null || slot.held().entry().isEmpty());
  }

  /**
   * Returns true if the cached entry is the state after this change, the last of its key. Then it
   * is correct regardless of earlier changes: a polling feed reports a key that it sees for the
   * first time as deleted and created.
   */
  boolean isOutcome(Change last) {
    return get(last.key()) instanceof EntrySlot held && held.isOutcome(last);
  }

  /** Applies a change. Returns true if it removed a slot. */
  boolean apply(Change change) {
    return remove(
        change.key(), slot -> !(slot instanceof EntrySlot held && outlives(held, change)));
  }

  /**
   * Returns true if the entry is at least as new as the change. Overwriting an expired entry
   * restarts its versions without a delete, so the versions of an entry with an expiry are not
   * compared.
   */
  boolean outlives(EntrySlot held, Change change) {
    if (change.kind() != KVChange.Kind.SET || held.entry().isEmpty()) {
      return false;
    }
    KVMetadata own = held.entry().get().metadata();
    return own.version() == change.version()
        ? own.etag().equals(change.etag())
        : own.version() > change.version() && !held.expires();
  }

  void remove(String key) {
    remove(key, slot -> true);
  }

  /** Removes all slots, including pending loads. */
  void clear() {
    map.keySet().forEach(this::remove);
  }

  /** Replaces or removes a slot. Returns false if it was no longer in the map. */
  boolean exchange(String key, Slot from, @Nullable Slot to) {
    from.end();
    return swap(key, from, to);
  }

  final boolean swap(String key, Slot from, @Nullable Slot to) {
    return to == null ? map.remove(key, from) : map.replace(key, from, to);
  }

  final Set<String> keys() {
    return map.keySet();
  }

  final long count() {
    cache.cleanUp();
    return cache.estimatedSize();
  }

  final long weight() {
    return cache.policy().eviction().orElseThrow().weightedSize().orElse(0);
  }

  final void resize(long maximumBytes) {
    cache.policy().eviction().orElseThrow().setMaximum(maximumBytes);
  }

  private boolean remove(String key, Predicate<Slot> condition) {
    while (true) {
      Slot found = get(key);
      if (found == null || !condition.test(found)) {
        return false;
      }
      if (exchange(key, found, null)) {
        return true;
      }
    }
  }
}
