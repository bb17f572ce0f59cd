package dev.kvstore;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How to watch. Immutable; each method returns a changed copy. */
public final class WatchOptions {
  /** From now on, with a queue of 1,024 changes, without values. */
  public static final WatchOptions DEFAULT = new WatchOptions(null, 1024, false);

  private final @Nullable SyncToken from;
  private final int queueCapacity;
  private final boolean values;

  private WatchOptions(@Nullable SyncToken from, int queueCapacity, boolean values) {
    this.from = from;
    this.queueCapacity = queueCapacity;
    this.values = values;
  }

  /**
   * Begins after the position that a former watch of this database was told last. Where the
   * database has forgotten what came since, {@link KVWatcher#reset()} comes first.
   */
  public static WatchOptions from(SyncToken position) {
    return new WatchOptions(
        Objects.requireNonNull(position, "position"), DEFAULT.queueCapacity, DEFAULT.values);
  }

  /**
   * Lets this many changes wait for a watcher that is slow; one more, and it gets a
   * {@link KVWatcher#reset()} in place of all of them.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is less than 1
   */
  public WatchOptions queueCapacity(int changes) {
    if (changes < 1) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The queue's capacity is " + changes + ", it must be at least 1");
    }
    return new WatchOptions(from, changes, values);
  }

  /**
   * Gives each change of kind {@link KVChange.Kind#SET} the entry, see {@link KVChange#entry}. The
   * watch reads the entries itself, many keys at a time, before it calls the watcher. While they
   * cannot be read, the changes wait in the queue.
   */
  public WatchOptions withValues() {
    return new WatchOptions(from, queueCapacity, true);
  }

  /** Returns the position after which the watch begins; empty to begin now. */
  public Optional<SyncToken> from() {
    return Optional.ofNullable(from);
  }

  public int queueCapacity() {
    return queueCapacity;
  }

  /** Returns true after {@link #withValues()}. */
  public boolean hasValues() {
    return values;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof WatchOptions that
        && Objects.equals(from, that.from)
        && queueCapacity == that.queueCapacity
        && values == that.values;
  }

  @Override
  public int hashCode() {
    return Objects.hash(from, queueCapacity, values);
  }
}
