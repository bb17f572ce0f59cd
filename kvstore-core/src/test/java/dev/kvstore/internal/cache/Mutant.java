package dev.kvstore.internal.cache;

import dev.kvstore.KVEntry;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.spi.Change;
import dev.kvstore.spi.RawValue;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The mechanism removed from a cache that is used by many threads. */
enum Mutant {
  NONE,

  /** An own write does not remove the cached entry, but leaves that to the feed. */
  NO_REMOVAL_ON_ACKNOWLEDGEMENT,

  /** A load is not registered in the map before it ends. */
  NO_SLOT_BEFORE_THE_READ,

  /** Positions of the feed are applied, but its changes are ignored. */
  NO_INVALIDATION;

  Rig.Parts parts() {
    return switch (this) {
      case NONE -> new Rig.Parts();
      case NO_REMOVAL_ON_ACKNOWLEDGEMENT -> new WithoutRemoval();
      case NO_SLOT_BEFORE_THE_READ -> new WithoutSlot();
      case NO_INVALIDATION -> new WithoutInvalidation();
    };
  }

  private static final class WithoutRemoval extends Rig.Parts {
    @Override
    Slots slots(NearCacheSettings settings) {
      return new Slots(settings.maximumBytes()) {
        @Override
        PendingWrite announce(String key) {
          return new PendingWrite(null);
        }

        @Override
        void acknowledged(String key, PendingWrite store, @Nullable EntrySlot held) {}
      };
    }
  }

  private static final class WithoutSlot extends Rig.Parts {
    @Override
    Slots slots(NearCacheSettings settings) {
      return new Slots(settings.maximumBytes()) {
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
            exchange(key, announce(key), held);
          }
        }
      };
    }
  }

  private static final class WithoutInvalidation extends Rig.Parts {
    @Override
    InvalidationSink feed(Slots slots, CoherenceLease freshness, Counters counters) {
      return new InvalidationSink(slots, freshness, counters) {
        @Override
        public void changed(List<Change> changes, long position) {
          super.changed(List.of(), position);
        }
      };
    }
  }
}
