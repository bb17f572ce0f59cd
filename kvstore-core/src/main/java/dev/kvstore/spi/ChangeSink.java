package dev.kvstore.spi;

import java.util.List;

/**
 * Receives the changes of a store. Called by one thread at a time, in order. Must not block or
 * throw, because one thread serves all sinks.
 */
public interface ChangeSink {
  /**
   * Reports that the feed is open: from this position on no change will be missed. Called again
   * after {@link #missed}.
   */
  void positioned(long position);

  /**
   * As {@link #positioned}, but relayed by an intermediary, with an unknown delay. It proves
   * nothing about the present; {@link #current} does.
   */
  default void positionedUnproved(long position) {
    positioned(position);
  }

  /**
   * Reports changes, in order per key, and that there are no others up to the position. An empty
   * list means that the source has answered; an advanced position means that it knew everything up
   * to there. Positions never decrease, but that of a change can be lower: a change may be reported
   * again. All positions are 0 if the source has none, as a standalone MongoDB; then only the
   * answer itself counts.
   *
   * <p>The source was asked after the previous call had returned, and reports all that it knew
   * then. A source with more to report than fits uses {@link #catchingUp} first.
   */
  void changed(List<Change> changes, long position);

  /**
   * As {@link #changed}, but only a part of what the source knew. It proves nothing about the
   * present and makes no cache coherent.
   */
  default void catchingUp(List<Change> changes, long position) {
    changed(changes, position);
  }

  /**
   * Reports that all changes up to this time and position have been reported. For a source behind
   * an intermediary, whose answers prove less than {@link #changed}.
   *
   * @param asOf a {@link System#nanoTime} of this process, so that a delayed call does not promise
   *     more
   */
  default void current(long position, long asOf) {
    catchingUp(List.of(), position);
  }

  /**
   * Reports that changes may have been missed, or the store was dropped. Nothing else is reported
   * until {@link #positioned}.
   */
  void missed();

  /**
   * Returns the keys that this sink is interested in now. A feed may report others, too; a polling
   * feed asks before each poll and looks at these only. Called by the feed's thread.
   */
  default Interest interest() {
    return Interest.ALL;
  }
}
