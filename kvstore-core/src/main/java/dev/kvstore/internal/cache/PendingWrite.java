package dev.kvstore.internal.cache;

import org.jspecify.annotations.Nullable;

/**
 * A write of this process that is under way. Until it is acknowledged others may go on reading what
 * was there before.
 */
final class PendingWrite implements Slot {
  private final @Nullable EntrySlot before;

  PendingWrite(@Nullable EntrySlot before) {
    this.before = before;
  }

  @Override
  public @Nullable EntrySlot held() {
    return before;
  }

  /** It is in the map for a moment, and must not be evicted before that is over. */
  @Override
  public int weight() {
    return 0;
  }
}
