package dev.kvstore.internal.cache;

import org.jspecify.annotations.Nullable;

/** A running write. Until it is acknowledged, other threads may read the entry from before. */
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
