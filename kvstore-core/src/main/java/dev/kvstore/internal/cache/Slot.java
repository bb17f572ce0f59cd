package dev.kvstore.internal.cache;

import org.jspecify.annotations.Nullable;

/**
 * The state of a key in the map. Compared by identity: if the same slot is still there, the key was
 * not touched.
 */
sealed interface Slot permits EntrySlot, PendingLoad, PendingWrite {
  /**
   * Returns the cached entry, or the one from before while a load or write is running; null if
   * there is none.
   */
  @Nullable
  EntrySlot held();

  /** Called before the slot leaves the map; nothing may be served from it afterwards. */
  default void end() {}

  /** Returns the size in bytes; 0 for short-lived slots, which must not be evicted. */
  default int weight() {
    return 0;
  }
}
