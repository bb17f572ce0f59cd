package dev.kvstore.internal.cache;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The value of one slot, kept by readers to save the lookup. It is cleared before the slot leaves
 * the map, so it is never read after a newer value can be read. Thread-safe.
 */
final class RememberedValue implements Supplier<@Nullable Object> {
  /**
   * The interval at which readers return to the map, which would otherwise evict the entry as
   * unused.
   */
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
    // Check the lease first, as in a lookup: a value read after that is at least as fresh as the
    // lease guarantees.
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

  /** Releases the value, so that readers that still keep this object do not hold it in memory. */
  void end() {
    value = null;
  }
}
