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
 * The map of a near-cache. A slot goes into it before the database is asked, and whoever learns of
 * a change of the key takes it out; then the result is not kept. No method waits, or holds a lock
 * over more than one step of the map. Thread-safe. Tests override methods, to show what each is
 * for.
 */
class Slots {
  private final Cache<String, Slot> cache;
  private final ConcurrentMap<String, Slot> map;

  Slots(long maximumBytes) {
    cache = Caffeine.newBuilder()
        .maximumWeight(maximumBytes)
        .weigher((String key, Slot slot) -> slot.weight())
        // Upkeep is little and touches nothing of ours: no pool needed.
        .executor(Runnable::run)
        .evictionListener((String key, Slot slot, RemovalCause cause) -> slot.end())
        .build();
    map = cache.asMap();
  }

  final @Nullable Slot get(String key) {
    return cache.getIfPresent(key);
  }

  /** Puts the load in the place of what was found there, and tells whether that worked. */
  boolean claim(String key, @Nullable Slot found, PendingLoad load) {
    return found == null ? map.putIfAbsent(key, load) == null : exchange(key, found, load);
  }

  /** Ends a load that has read this. Null for {@code held} means that it must not be kept. */
  void loaded(
      String key, PendingLoad load, Optional<KVEntry<RawValue>> entry, @Nullable EntrySlot held) {
    if (!exchange(key, load, held)) {
      read(key, entry.map(KVEntry::metadata));
    }
  }

  /** Ends a load that has read nothing: what it took the place of comes back. */
  void failed(String key, PendingLoad load) {
    EntrySlot before = load.held();
    exchange(key, load, before == null ? null : before.revived());
  }

  /** Announces a write. */
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
   * Ends a write that was done. It is kept only if nothing came in between: neither an event, which
   * may be of a later write, nor another write, nor a load, which may have begun before.
   *
   * @param held what is there now; null where it must not be kept
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

  /** Removes what is not this entry, or absence, which was read without the map. */
  void read(String key, Optional<KVMetadata> found) {
    remove(key, slot -> !(slot instanceof EntrySlot held && held.isOf(found.orElse(null))));
  }

  /** Somebody has seen that the key is there. */
  void seen(String key) {
    remove(key, slot -> slot.held() == null || slot.held().entry().isEmpty());
  }

  /**
   * Whether what is held is what the change left behind. Then it is right, whatever happened
   * before: a polling feed reports a key that it sees for the first time as deleted and created.
   */
  boolean isOutcome(Change last) {
    return get(last.key()) instanceof EntrySlot held && held.isOutcome(last);
  }

  /** Applies an event, and tells whether it removed anything. */
  boolean apply(Change change) {
    return remove(
        change.key(), slot -> !(slot instanceof EntrySlot held && outlives(held, change)));
  }

  /**
   * Whether the entry is at least as new as the change. Overwriting an expired entry restarts its
   * versions without a delete, so those of a key that expires say nothing.
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

  /** Removes everything, loads that are under way too. */
  void clear() {
    map.keySet().forEach(this::remove);
  }

  /** Puts a slot, or nothing, in the place of another one, and tells whether that was there. */
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
