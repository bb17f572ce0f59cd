package dev.kvstore;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Options of a watch. Immutable; each method returns a changed copy. */
public final class WatchOptions {
  /** Watches from now on, with a queue of 1,024 changes, without values. */
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
   * Resumes after the last position of an earlier watch of this database. If the database no longer
   * has the changes since then, {@link KVWatcher#reset()} comes first.
   */
  public static WatchOptions from(SyncToken position) {
    return new WatchOptions(
        Objects.requireNonNull(position, "position"), DEFAULT.queueCapacity, DEFAULT.values);
  }

  /**
   * Sets how many changes may wait for a slow watcher. If there are more, the watcher gets one
   * {@link KVWatcher#reset()} instead of them.
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
   * Adds the entry to each change of kind {@link KVChange.Kind#SET}, see {@link KVChange#entry}.
   * The watch reads the entries itself, in groups, before it calls the watcher. While they cannot
   * be read, the changes wait in the queue.
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
