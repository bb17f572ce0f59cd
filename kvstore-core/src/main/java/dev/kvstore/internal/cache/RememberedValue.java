package dev.kvstore.internal.cache;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The value of one slot, kept by readers to save the lookup. Ends before the slot leaves the map,
 * so it is not read once a newer value can be. Thread-safe.
 */
final class RememberedValue implements Supplier<@Nullable Object> {
  /** So often a reader comes by the map, which would evict what seems to be unused. */
  private static final long LOOK_UP_AFTER = Duration.ofSeconds(1).toNanos();

  private final CoherenceLease freshness;
  private final Counters counters;
  private volatile @Nullable Object value;
  private volatile long lookUpAt;

  RememberedValue(Object value, CoherenceLease freshness, Counters counters) {
    this.value = value;
    this.freshness = freshness;
    this.counters = counters;
  }

  @Override
  public @Nullable Object get() {
    // The lease first, as in a look-up: what is found after that is at least as fresh as it says.
    Object present = freshness.pulse() < lookUpAt ? value : null;
    if (present != null) {
      counters.hit();
    }
    return present;
  }

  void renew() {
    long now = freshness.pulse();
    lookUpAt = now == CacheClock.NEVER ? 0 : now + LOOK_UP_AFTER;
  }

  /** Lets go of the value, which whoever still keeps this must not hold in memory. */
  void end() {
    value = null;
  }
}
