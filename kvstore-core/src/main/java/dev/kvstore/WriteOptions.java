package dev.kvstore;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a write is done: under which condition, for how long the entry lives, who is its author, and
 * by which etag it will be known. Immutable; each method returns a changed copy.
 */
public final class WriteOptions {
  /** No condition, no expiry, no author, and an etag that the store makes. */
  public static final WriteOptions DEFAULT =
      new WriteOptions(WriteCondition.NONE, null, false, null, null);

  private final WriteCondition condition;
  private final @Nullable Duration timeToLive;
  private final boolean expiryKept;
  private final @Nullable String author;
  private final @Nullable String etag;

  private WriteOptions(
      WriteCondition condition,
      @Nullable Duration timeToLive,
      boolean expiryKept,
      @Nullable String author,
      @Nullable String etag) {
    this.condition = condition;
    this.timeToLive = timeToLive;
    this.expiryKept = expiryKept;
    this.author = author;
    this.etag = etag;
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
        Objects.requireNonNull(newCondition, "condition"), timeToLive, expiryKept, author, etag);
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
    return new WriteOptions(condition, TimeToLive.check(newTimeToLive), false, author, etag);
  }

  /**
   * An entry that is there keeps the expiry that it has, or has none; a time to live that was set
   * here before is dropped. A new entry stays.
   */
  public WriteOptions keepingExpiry() {
    return new WriteOptions(condition, null, true, author, etag);
  }

  /**
   * The author is kept with the entry, see {@link KVMetadata#updatedBy()}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it has more than 512
   *     characters or one that is a control character
   */
  public WriteOptions author(String newAuthor) {
    return new WriteOptions(
        condition, timeToLive, expiryKept, Names.checkText("author", newAuthor), etag);
  }

  /**
   * The etag that the write gives the entry, in place of one that the store makes. It is for
   * callers that must be able to find out later whether a write was done: it was, if the entry has
   * this etag. A delete leaves no entry, and so nothing to know it by.
   *
   * @param newEtag 24 hexadecimal digits in small letters, as of a BSON ObjectId, not all of them
   *     zero, which no write has had before: conditions and caches tell writes apart by their
   *     etags. A write that repeats the etag of its entry throws {@link EtagReusedException}
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is none
   */
  public WriteOptions etag(String newEtag) {
    return new WriteOptions(condition, timeToLive, expiryKept, author, Names.checkEtag(newEtag));
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

  /** Returns the etag that the write gives the entry; empty where the store makes one. */
  public Optional<String> etag() {
    return Optional.ofNullable(etag);
  }
}
