package dev.kvstore;

/**
 * Hears of the changes of a store. It is called by one thread at a time, never by the one that made
 * the change, and in the order of the changes of each key; a change may be told more than once.
 * What it throws is logged, and it goes on. It may block, at the price of a {@link #reset()} when
 * its queue is full.
 */
@FunctionalInterface
public interface KVWatcher {
  /** A key has changed. */
  void changed(KVChange change);

  /**
   * From this position on no change will be missed. Whoever holds values reads them now, not older
   * than the position, and from there on goes by the changes. Comes first, unless a
   * {@link #reset()} does, and after each of those.
   */
  default void ready(SyncToken position) {}

  /**
   * Changes may have been missed: the connection was lost for longer than the database remembers,
   * the store was dropped, or this watcher was too slow. Nothing more comes until
   * {@link #ready(SyncToken)}.
   */
  default void reset() {}
}
