package dev.kvstore.internal.cache;

import dev.kvstore.KVChange;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.ReadOptions;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.RawValue;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Caches with one mechanism removed. */
final class Mutants {
  private Mutants() {}

  static long version(EntrySlot held) {
    return held.entry().map(KVEntry::version).orElse(0L);
  }

  /** A mutant with other slots. */
  private abstract static class OtherSlots extends Rig.Parts {
    abstract Slots other(long maximumBytes);

    @Override
    final Slots slots(NearCacheSettings settings) {
      return other(settings.maximumBytes());
    }
  }

  static final class FillsAfterRead extends OtherSlots {
    @Override
    Slots other(long maximumBytes) {
      return new Slots(maximumBytes) {
        @Override
        boolean claim(String key, @Nullable Slot found, PendingLoad load) {
          return true;
        }

        @Override
        void loaded(
            String key,
            PendingLoad load,
            Optional<KVEntry<RawValue>> entry,
            @Nullable EntrySlot held) {
          if (held != null) {
            force(key, held);
          }
        }

        private void force(String key, EntrySlot held) {
          PendingLoad load = new PendingLoad(null, 0);
          if (super.claim(key, get(key), load)) {
            exchange(key, load, held);
          }
        }
      };
    }
  }

  /** Items keep using values that have left the map. */
  static final class NeverEnds extends OtherSlots {
    @Override
    Slots other(long maximumBytes) {
      return new Slots(maximumBytes) {
        @Override
        boolean exchange(String key, Slot from, @Nullable Slot to) {
          return swap(key, from, to);
        }
      };
    }
  }

  /** Clears remembered values only after others can read a newer value. */
  static final class EndsTooLate extends Rig.Parts {
    private final Scheduler scheduler;

    EndsTooLate(World world) {
      scheduler = world.scheduler;
    }

    @Override
    Slots slots(NearCacheSettings settings) {
      return new Slots(settings.maximumBytes()) {
        @Override
        boolean exchange(String key, Slot from, @Nullable Slot to) {
          boolean done = swap(key, from, to);
          scheduler.step();
          from.end();
          return done;
        }
      };
    }
  }

  static final class DemandsNothing extends Rig.Parts {
    @Override
    CacheReader reader(
        FakeStore store,
        NearCacheSettings settings,
        Slots slots,
        CoherenceLease freshness,
        CacheClock clock,
        Counters counters) {
      return new CacheReader(store, settings, slots, freshness, clock, counters) {
        @Override
        ReadOptions demand(ReadOptions options) {
          return options;
        }
      };
    }
  }

  static final class IgnoresDemands extends Rig.Parts {
    @Override
    CacheReader reader(
        FakeStore store,
        NearCacheSettings settings,
        Slots slots,
        CoherenceLease freshness,
        CacheClock clock,
        Counters counters) {
      return new CacheReader(store, settings, slots, freshness, clock, counters) {
        @Override
        boolean isKnown(ReadOptions options) {
          return true;
        }
      };
    }
  }

  /** A mutant with another rule for entries that survive a change. */
  static final class Outlives extends OtherSlots {
    private final BiPredicate<EntrySlot, Change> rule;

    Outlives(BiPredicate<EntrySlot, Change> rule) {
      this.rule = rule;
    }

    @Override
    Slots other(long maximumBytes) {
      return new Slots(maximumBytes) {
        @Override
        boolean outlives(EntrySlot held, Change change) {
          return rule.test(held, change);
        }
      };
    }
  }

  static final class WritesUnannounced extends OtherSlots {
    @Override
    Slots other(long maximumBytes) {
      return new Slots(maximumBytes) {
        @Override
        PendingWrite announce(String key) {
          return new PendingWrite(null);
        }

        @Override
        void acknowledged(String key, PendingWrite store, @Nullable EntrySlot held) {
          PendingLoad load = new PendingLoad(null, 0);
          if (held != null && claim(key, get(key), load)) {
            exchange(key, load, held);
          }
        }
      };
    }
  }

  static final class KeepsTombstones extends OtherSlots {
    @Override
    Slots other(long maximumBytes) {
      return new Slots(maximumBytes) {
        @Override
        boolean apply(Change change) {
          if (change.kind() == KVChange.Kind.SET) {
            return super.apply(change);
          }
          PendingLoad load = new PendingLoad(null, 0);
          EntrySlot none = new EntrySlot(this, change.key(), Optional.empty(), CacheClock.NEVER);
          return claim(change.key(), get(change.key()), load) && exchange(change.key(), load, none);
        }
      };
    }
  }

  static final class LeavesLoads extends OtherSlots {
    @Override
    Slots other(long maximumBytes) {
      return new Slots(maximumBytes) {
        @Override
        PendingWrite announce(String key) {
          return get(key) instanceof PendingLoad ? new PendingWrite(null) : super.announce(key);
        }

        @Override
        void acknowledged(String key, PendingWrite store, @Nullable EntrySlot held) {
          if (!(get(key) instanceof PendingLoad)) {
            super.acknowledged(key, store, held);
          }
        }
      };
    }
  }

  static final class ClearsWhatIsHeld extends OtherSlots {
    @Override
    Slots other(long maximumBytes) {
      return new Slots(maximumBytes) {
        @Override
        void clear() {
          List.copyOf(keys()).stream()
              .filter(key -> get(key) instanceof EntrySlot)
              .forEach(this::remove);
        }
      };
    }
  }

  static final class KeepsBeforePositioned extends Rig.Parts {
    @Override
    CoherenceLease freshness(NearCacheSettings settings, CacheClock clock) {
      return new CoherenceLease(settings, clock) {
        @Override
        boolean mayKeep() {
          return true;
        }
      };
    }

    @Override
    InvalidationSink feed(Slots slots, CoherenceLease freshness, Counters counters) {
      return new InvalidationSink(slots, freshness, counters) {
        @Override
        public void positioned(long position) {
          freshness.positioned(position);
        }
      };
    }
  }

  static final class HasNoLease extends Rig.Parts {
    @Override
    CoherenceLease freshness(NearCacheSettings settings, CacheClock clock) {
      return new CoherenceLease(settings, clock) {
        @Override
        boolean leased(long now) {
          return true;
        }
      };
    }
  }

  /** Has only the lease that every answer renews. */
  static final class HasOneLease extends Rig.Parts {
    @Override
    CoherenceLease freshness(NearCacheSettings settings, CacheClock clock) {
      return new CoherenceLease(
          settings.toBuilder().partitionBound(Duration.ofDays(1)).build(), clock);
    }
  }

  static final class LeasesFromNow extends Rig.Parts {
    @Override
    CoherenceLease freshness(NearCacheSettings settings, CacheClock clock) {
      return new CoherenceLease(settings, clock) {
        @Override
        synchronized void answered(long at) {
          caughtUpTo(position());
          super.answered(at);
        }
      };
    }
  }

  static final class LeasesFromArrival extends Rig.Parts {
    @Override
    CoherenceLease freshness(NearCacheSettings settings, CacheClock clock) {
      return new CoherenceLease(settings, clock) {
        @Override
        synchronized void current(long at, long asOf) {
          super.current(at, clock.nanos());
        }
      };
    }
  }

  static final class AdvancesNow extends Rig.Parts {
    @Override
    CoherenceLease freshness(NearCacheSettings settings, CacheClock clock) {
      return new CoherenceLease(settings, clock) {
        @Override
        synchronized void current(long at, long asOf) {
          positionedUnproved(at);
          super.current(at, asOf);
        }
      };
    }
  }

  static final class TrustsOpening extends Rig.Parts {
    @Override
    InvalidationSink feed(Slots slots, CoherenceLease freshness, Counters counters) {
      return new InvalidationSink(slots, freshness, counters) {
        @Override
        public void positionedUnproved(long position) {
          positioned(position);
        }
      };
    }
  }

  static final class TrustsBacklog extends Rig.Parts {
    @Override
    InvalidationSink feed(Slots slots, CoherenceLease freshness, Counters counters) {
      return new InvalidationSink(slots, freshness, counters) {
        @Override
        public void catchingUp(List<Change> changes, long position) {
          changed(changes, position);
        }
      };
    }
  }

  static final class RenewsFirst extends Rig.Parts {
    @Override
    InvalidationSink feed(Slots slots, CoherenceLease freshness, Counters counters) {
      return new InvalidationSink(slots, freshness, counters) {
        @Override
        public void changed(List<Change> changes, long position) {
          freshness.answered(position);
          apply(changes);
        }
      };
    }
  }

  /** Reads that bypass the map do not change it. */
  static final class ForgetsWhatWasRead extends OtherSlots {
    @Override
    Slots other(long maximumBytes) {
      return new Slots(maximumBytes) {
        @Override
        boolean claim(String key, @Nullable Slot found, PendingLoad load) {
          return found instanceof EntrySlot || super.claim(key, found, load);
        }

        @Override
        void read(String key, Optional<KVMetadata> found) {}
      };
    }
  }

  static final class TrustsFailedWrites extends OtherSlots {
    @Override
    Slots other(long maximumBytes) {
      return new Slots(maximumBytes) {
        @Override
        PendingWrite announce(String key) {
          return new PendingWrite(null);
        }

        @Override
        void forget(String key) {}
      };
    }
  }

  /** Checks the lease after the lookup. */
  static final class LooksUpFirst extends World.PartsInSmallSteps {
    LooksUpFirst(World world) {
      super(world);
    }

    @Override
    CacheReader reader(
        FakeStore store,
        NearCacheSettings settings,
        Slots slots,
        CoherenceLease freshness,
        CacheClock clock,
        Counters counters) {
      return new CacheReader(store, settings, slots, freshness, clock, counters) {
        @Override
        @Nullable
        EntrySlot hit(String key) {
          return slots.get(key) instanceof EntrySlot held && freshness.isServing() ? held : null;
        }
      };
    }
  }
}
