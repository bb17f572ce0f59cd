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
   * Like {@link #positioned}, but relayed by an intermediary with an unknown delay, so it does not
   * prove that the sink is up to date; {@link #current} does.
   */
  default void positionedUnproved(long position) {
    positioned(position);
  }

  /**
   * Reports changes, in order per key, and that there are no other changes up to the position. An
   * empty list means that the source answered without news; an advanced position means that it knew
   * everything up to there. Positions never decrease, but that of a single change can be lower,
   * because a change may be reported again. All positions are 0 if the source has none, like a
   * standalone MongoDB; then only the fact that it answered counts.
   *
   * <p>The source is queried after the previous call has returned, and reports everything it knows
   * at that time. If that does not fit into one call, it first uses {@link #catchingUp}.
   */
  void changed(List<Change> changes, long position);

  /**
   * Like {@link #changed}, but with only a part of what the source knew. It does not prove that the
   * sink is up to date and makes no cache coherent.
   */
  default void catchingUp(List<Change> changes, long position) {
    changed(changes, position);
  }

  /**
   * Reports that all changes up to this time and position have been reported. For a source behind
   * an intermediary, whose answers prove less than {@link #changed}.
   *
   * @param asOf a {@link System#nanoTime} of this process, so that a delayed call does not
   *     overstate the freshness
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
   * Returns the keys that this sink is interested in now. A feed may report other keys as well. A
   * polling feed calls this before each poll and polls only these keys. Called by the feed's
   * thread.
   */
  default Interest interest() {
    return Interest.ALL;
  }
}
