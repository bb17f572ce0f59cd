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
}
