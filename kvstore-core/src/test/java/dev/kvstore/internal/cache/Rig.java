package dev.kvstore.internal.cache;

import dev.kvstore.KVEntry;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import dev.kvstore.testing.RawStore;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A cache over a fake store, with a feed controlled by the test. */
final class Rig {
  static final String KEY = "k";

  /** The parts of a cache. Tests override one to remove a mechanism. */
  static class Parts {
    Slots slots(NearCacheSettings settings) {
      return new Slots(settings.maximumBytes());
    }

    CoherenceLease freshness(NearCacheSettings settings, CacheClock clock) {
      return new CoherenceLease(settings, clock);
    }

    CacheReader reader(
        FakeStore store,
        NearCacheSettings settings,
        Slots slots,
        CoherenceLease freshness,
        CacheClock clock,
        Counters counters) {
      return new CacheReader(store, settings, slots, freshness, clock, counters);
    }

    InvalidationSink feed(Slots slots, CoherenceLease freshness, Counters counters) {
      return new InvalidationSink(slots, freshness, counters);
    }
  }

  final FakeDatabase database;
  final FakeStore store;
  final ManualClock clock;
  final NearCache cache;
  final RawStore raw;
  private int delivered;

  Rig() {
    this(new Parts(), NearCacheSettings.DEFAULT);
  }

  Rig(Parts parts, NearCacheSettings settings) {
    this(new FakeDatabase(true), parts, settings, new ManualClock());
  }

  Rig(FakeDatabase database, Parts parts, NearCacheSettings settings, ManualClock clock) {
    this(new FakeStore(database), parts, settings, clock);
  }

  Rig(FakeStore store, Parts parts, NearCacheSettings settings, ManualClock clock) {
    this.store = store;
    this.database = store.database;
    this.clock = clock;
    Slots slots = parts.slots(settings);
    CoherenceLease freshness = parts.freshness(settings, clock);
    Counters counters = new Counters();
    CacheReader reader = parts.reader(store, settings, slots, freshness, clock, counters);
    cache = new NearCache(store, settings, slots, freshness, clock, counters, reader);
    raw = RawStore.of(cache);
    cache.start(parts.feed(slots, freshness, counters));
  }

  /** Opens the feed at the present. */
  Rig position() {
    delivered = database.changes();
    sink().positioned(database.position());
    return this;
  }

  /** Delivers all changes as a complete answer. */
  void deliver() {
    List<Change> changes = database.changesFrom(delivered);
    delivered += changes.size();
    sink().changed(changes, database.position());
  }

  /** Delivers this many changes in one batch, with more to follow. */
  void deliver(int count) {
    List<Change> changes = database.changesFrom(delivered).subList(0, count);
    delivered += count;
    sink().changed(changes, changes.get(count - 1).position());
  }

  /** Delivers an answer without changes. */
  void answer(long position) {
    sink().changed(List.of(), position);
  }

  /** Loses all undelivered changes. */
  void lose() {
    delivered = database.changes();
    sink().missed();
  }

  ChangeSink sink() {
    return Objects.requireNonNull(store.sink);
  }

  /** Returns the value, or 0 if there is none. */
  int get() {
    return number(raw.read(KEY, ReadOptions.DEFAULT));
  }

  int getBypassing() {
    return number(raw.read(KEY, ReadOptions.DEFAULT.bypassingCache()));
  }

  void set(int value) {
    raw.write(new Write(KEY, FakeDatabase.value(value), WriteOptions.DEFAULT));
  }

  static int number(Optional<KVEntry<RawValue>> entry) {
    return entry.map(KVEntry::value).map(value -> value.document().getInt(11)).orElse(0);
  }
}
