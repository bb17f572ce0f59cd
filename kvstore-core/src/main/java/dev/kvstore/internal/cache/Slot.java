package dev.kvstore.internal.cache;

import org.jspecify.annotations.Nullable;

/**
 * What the map has for a key. Compared by identity: a load or store is put into the map once, so
 * that finding it there means that nothing has touched the key since.
 */
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
