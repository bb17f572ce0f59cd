package dev.kvstore.spi;

import java.util.List;

/**
 * Who is told of a store's changes. Called by one thread at a time, in the order of the changes;
 * must neither block nor throw, for one thread serves all sinks.
 */
public interface ChangeSink {
  /**
   * The feed is open: from this position on no change will be missed. May come again after
   * {@link #missed}.
   */
  void positioned(long position);

  /**
   * These changes happened, in this order per key, and nothing else up to that position. An empty
   * list says that the source has answered; a position that has moved, that it knew of everything
   * until then.
   */
  void changed(List<Change> changes, long position);

  /**
   * Changes may have been missed, or the store was dropped. Nothing more comes until
   * {@link #positioned}.
   */
  void missed();
}
