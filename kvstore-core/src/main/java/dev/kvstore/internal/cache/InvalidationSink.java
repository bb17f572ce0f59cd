package dev.kvstore.internal.cache;

import dev.kvstore.spi.Change;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.Interest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Applies the changes of the store to the cache. Changes only invalidate; they never add entries.
 */
class InvalidationSink implements ChangeSink {
  private final Slots slots;
  private final CoherenceLease freshness;
  private final Counters counters;

  InvalidationSink(Slots slots, CoherenceLease freshness, Counters counters) {
    this.slots = slots;
    this.freshness = freshness;
    this.counters = counters;
  }

  @Override
  public void positioned(long position) {
    // Cached entries and running loads are older than the feed.
    missed();
    freshness.positioned(position);
  }

  @Override
  public void positionedUnproved(long position) {
    missed();
    freshness.positionedUnproved(position);
  }

  @Override
  public void changed(List<Change> changes, long position) {
    apply(changes);
    // Only now, or entries that these changes invalidate could be served again.
    freshness.answered(position);
  }

  @Override
  public void catchingUp(List<Change> changes, long position) {
    apply(changes);
    freshness.caughtUpTo(position);
  }

  @Override
  public void current(long position, long asOf) {
    freshness.current(position, asOf);
  }

  @Override
  public void missed() {
    // In this order, or a load that starts between the two steps would be cached.
    freshness.missed();
    slots.clear();
  }

  @Override
  public Interest interest() {
    return new Interest(slots.keys(), Set.of());
  }

  final void apply(List<Change> changes) {
    Map<String, Change> last = new HashMap<>();
    changes.forEach(change -> last.put(change.key(), change));
    last.values().removeIf(change -> !slots.isOutcome(change));
    for (Change change : changes) {
      if (!last.containsKey(change.key()) && slots.apply(change)) {
        counters.invalidations.increment();
      }
    }
  }
}
