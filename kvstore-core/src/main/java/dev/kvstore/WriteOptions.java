package dev.kvstore;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a write is done: under which condition, for how long the entry lives, and who is its author.
 * Immutable; each method returns a changed copy.
 */
public final class WriteOptions {
  /** No condition, no expiry, no author. */
  public static final WriteOptions DEFAULT =
      new WriteOptions(WriteCondition.NONE, null, false, null);

  private final WriteCondition condition;
  private final @Nullable Duration timeToLive;
  private final boolean expiryKept;
  private final @Nullable String author;

  private WriteOptions(
      WriteCondition condition,
      @Nullable Duration timeToLive,
      boolean expiryKept,
      @Nullable String author) {
    this.condition = condition;
    this.timeToLive = timeToLive;
    this.expiryKept = expiryKept;
    this.author = author;
  }

  /**
   * The write happens only if the entry's etag is this one, and else throws
   * {@link PreconditionFailedException}.
   */
  public static WriteOptions ifMatch(String etag) {
    return DEFAULT.condition(WriteCondition.ifMatch(etag));
  }

  /**
   * The write happens only if there is no entry, and else throws
   * {@link PreconditionFailedException}.
   */
  public static WriteOptions ifAbsent() {
    return DEFAULT.condition(WriteCondition.IF_ABSENT);
  }

  /**
   * The write happens only if there is an entry, and else throws
   * {@link PreconditionFailedException}.
   */
  public static WriteOptions ifPresent() {
    return DEFAULT.condition(WriteCondition.IF_PRESENT);
  }

  public WriteOptions condition(WriteCondition newCondition) {
    return new WriteOptions(
        Objects.requireNonNull(newCondition, "condition"), timeToLive, expiryKept, author);
  }

  /**
   * The entry is absent from this long after the write. Without it the entry stays, and an expiry
   * that it had is cleared.
   *
   * @param newTimeToLive at least one millisecond, which is also its resolution
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is shorter or the
   *     expiry would lie beyond the year 9999
   */
  public WriteOptions ttl(Duration newTimeToLive) {
    return new WriteOptions(condition, TimeToLive.check(newTimeToLive), false, author);
  }

  /**
   * An entry that is there keeps the expiry that it has, or has none; a time to live that was set
   * here before is dropped. A new entry stays.
   */
  public WriteOptions keepingExpiry() {
    return new WriteOptions(condition, null, true, author);
  }

  /**
   * The author is kept with the entry, see {@link KVMetadata#updatedBy()}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it has more than 512
   *     characters or one that is a control character
   */
  public WriteOptions author(String newAuthor) {
    return new WriteOptions(
        condition, timeToLive, expiryKept, Names.checkText("author", newAuthor));
  }

  public WriteCondition condition() {
    return condition;
  }

  public Optional<Duration> timeToLive() {
    return Optional.ofNullable(timeToLive);
  }

  /** Tells whether {@link #keepingExpiry()} holds. */
  public boolean isExpiryKept() {
    return expiryKept;
  }

  public Optional<String> author() {
    return Optional.ofNullable(author);
  }
}
