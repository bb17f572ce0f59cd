package dev.kvstore.internal.cache;

import org.jspecify.annotations.Nullable;

/** What the map has for a key. Compared by identity: a slot that is still there was not touched. */
sealed interface Slot permits EntrySlot, PendingLoad, PendingWrite {
  /** What was held before, as long as this slot knows no better; null where nothing was. */
  @Nullable
  EntrySlot held();

  /** To be called before it leaves the map: nobody may be served from it past that. */
  default void end() {}

  /** In bytes; 0 for what must not be evicted, as it is in the map for a moment only. */
  default int weight() {
    return 0;
  }
}
