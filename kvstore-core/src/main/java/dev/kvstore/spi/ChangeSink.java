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
   * until then. No position is smaller than one before it, but that of a change can be: what was
   * told already may be told once more. All positions are 0 where the source has none, as a
   * standalone MongoDB: there an answer is all that there is to go by.
   *
   * <p>The source was asked for this after the call before had returned, and says all that it knew
   * when it was asked; a source with more to tell than it gives at once comes by
   * {@link #catchingUp} first.
   */
  void changed(List<Change> changes, long position);

  /**
   * As {@link #changed}, but the source had more to tell when it was asked and this is a part of
   * it: so nothing is proved about the present, and no cache becomes trustworthy by it.
   */
  default void catchingUp(List<Change> changes, long position) {
    changed(changes, position);
  }

  /**
   * Changes may have been missed, or the store was dropped. Nothing more comes until
   * {@link #positioned}.
   */
  void missed();

  /**
   * Returns what this sink wants to hear of, now. A feed may tell it of other keys too; one that
   * has to poll asks for these alone, and so asks before each poll. Called by the feed's thread.
   */
  default Interest interest() {
    return Interest.ALL;
  }
}
