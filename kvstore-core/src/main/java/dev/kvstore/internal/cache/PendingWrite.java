package dev.kvstore.internal.cache;

import org.jspecify.annotations.Nullable;

/** A write under way. Until it is acknowledged, others may read what was there before. */
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
