package dev.kvstore.internal.cache;

import org.jspecify.annotations.Nullable;

/**
 * A write of this process that is under way. Until it is acknowledged others may go on reading what
 * was there before.
 */
final class Store implements Slot {
  private final @Nullable Held before;

  Store(@Nullable Held before) {
    this.before = before;
  }

  @Override
  public @Nullable Held held() {
    return before;
  }

  /** It is in the map for a moment, and must not be evicted before that is over. */
  @Override
  public int weight() {
    return 0;
  }
}
