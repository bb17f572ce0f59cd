package dev.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * How to watch. Immutable; each method returns a changed copy.
 *
 * @param from the position that a former watch of this database was told last, to hear of
 *     everything since; where the database has forgotten it, {@link KVWatcher#reset()} comes first.
 *     Null to begin now
 * @param queueCapacity how many changes may wait for a watcher that is slow; one more, and it gets
 *     a {@link KVWatcher#reset()} in place of all of them
 */
public record WatchOptions(@Nullable SyncToken from, int queueCapacity) {
  /** From now on, with a queue of 1,024. */
  public static final WatchOptions DEFAULT = new WatchOptions(null, 1024);

  /**
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the queue has no
   *     place
   */
  public WatchOptions {
    if (queueCapacity < 1) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The queue's capacity is " + queueCapacity + ", it must be at least 1");
    }
  }

  /** Begins at this position. */
  public static WatchOptions from(SyncToken position) {
    return new WatchOptions(position, DEFAULT.queueCapacity());
  }

  /** Lets so many changes wait. */
  public WatchOptions queueCapacity(int changes) {
    return new WatchOptions(from, changes);
  }
}
