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

/** A cache over a fake store, with its feed in the hands of the test. */
final class Rig {
  static final String KEY = "k";

  /** The parts that a cache is made of. A test overrides one to take a mechanism out. */
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

  /** Delivers all changes, and says that this is all. */
  void deliver() {
    List<Change> changes = database.changesFrom(delivered);
    delivered += changes.size();
    sink().changed(changes, database.position());
  }

  /** Delivers so many changes in one batch, with others to come. */
  void deliver(int count) {
    List<Change> changes = database.changesFrom(delivered).subList(0, count);
    delivered += count;
    sink().changed(changes, changes.get(count - 1).position());
  }

  /** The source has answered, and there was nothing new. */
  void answer(long position) {
    sink().changed(List.of(), position);
  }

  /** What has happened will never be told. */
  void lose() {
    delivered = database.changes();
    sink().missed();
  }

  ChangeSink sink() {
    return Objects.requireNonNull(store.sink);
  }

  /** The value, or 0 where there is none. */
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
