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
   * As {@link #positioned}, but told by way of others, and nobody knows how long ago that was true:
   * so nothing is proved about the present, until {@link #current} proves it.
   */
  default void positionedUnproved(long position) {
    positioned(position);
  }

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
   * All that had happened at that time was told, and all up to that position. For a source that
   * tells by way of others, and so proves less by its answer than {@link #changed} does.
   *
   * @param asOf a time of {@link System#nanoTime} in this process, not a duration: however long a
   *     call is held up, it does not promise more
   */
  default void current(long position, long asOf) {
    catchingUp(List.of(), position);
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
