package dev.kvstore;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Options of a write: its condition, time to live, author, comment and etag. Immutable; each method
 * returns a changed copy.
 */
public final class WriteOptions {
  /** No condition, no expiry, no author, no comment, and an etag that the store makes. */
  public static final WriteOptions DEFAULT =
      new WriteOptions(WriteCondition.NONE, null, false, null, null, null, null);

  /** Long enough for anyone, and short enough that no clock or database overflows. */
  private static final Duration LONGEST = Duration.ofDays(1000 * 365L);

  private final WriteCondition condition;
  private final @Nullable Duration timeToLive;
  private final boolean expiryKept;
  private final @Nullable String author;
  private final @Nullable String etag;
  private final @Nullable String comment;
  private final @Nullable KVOperation operation;

  private WriteOptions(
      WriteCondition condition,
      @Nullable Duration timeToLive,
      boolean expiryKept,
      @Nullable String author,
      @Nullable String etag,
      @Nullable String comment,
      @Nullable KVOperation operation) {
    this.condition = condition;
    this.timeToLive = timeToLive;
    this.expiryKept = expiryKept;
    this.author = author;
    this.etag = etag;
    this.comment = comment;
    this.operation = operation;
  }

  /** Writes only if the entry has this etag, else throws {@link PreconditionFailedException}. */
  public static WriteOptions ifMatch(String etag) {
    return DEFAULT.condition(WriteCondition.ifMatch(etag));
  }

  /** Writes only if there is no entry, and throws {@link PreconditionFailedException} otherwise. */
  public static WriteOptions ifAbsent() {
    return DEFAULT.condition(WriteCondition.IF_ABSENT);
  }

  /** Writes only if there is an entry, and throws {@link PreconditionFailedException} otherwise. */
  public static WriteOptions ifPresent() {
    return DEFAULT.condition(WriteCondition.IF_PRESENT);
  }

  public WriteOptions condition(WriteCondition newCondition) {
    return new WriteOptions(
        Objects.requireNonNull(newCondition, "condition"),
        timeToLive,
        expiryKept,
        author,
        etag,
        comment,
        operation);
  }

  /**
   * Lets the entry expire this long after the write. Without it the entry stays, and an earlier
   * expiry is cleared.
   *
   * @param newTimeToLive at least one millisecond, which is also its resolution
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is shorter or the
   *     expiry would lie beyond the year 9999
   */
  public WriteOptions ttl(Duration newTimeToLive) {
    Objects.requireNonNull(newTimeToLive, "timeToLive");
    if (newTimeToLive.compareTo(Duration.ofMillis(1)) < 0 || newTimeToLive.compareTo(LONGEST) > 0) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The time to live is " + Durations.format(newTimeToLive) + ", it must be from 1ms to "
              + Durations.format(LONGEST));
    }
    return new WriteOptions(condition, newTimeToLive, false, author, etag, comment, operation);
  }

  /** Keeps an existing entry's expiry; a new entry has none. Replaces a time to live. */
  public WriteOptions keepingExpiry() {
    return new WriteOptions(condition, null, true, author, etag, comment, operation);
  }

  /**
   * Stores the author with the entry, see {@link KVMetadata#updatedBy()}.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it has more than 512
   *     characters or one that is a control character
   */
  public WriteOptions author(String newAuthor) {
    String checked = Names.checkText("author", newAuthor);
    return new WriteOptions(condition, timeToLive, expiryKept, checked, etag, comment, operation);
  }

  /**
   * Records the comment in the history. Ignored by a store without one.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it has more than 500
   *     characters, or a control character other than a line break and a tab
   * @since 0.1.0
   */
  public WriteOptions comment(String newComment) {
    String checked = Names.checkComment(newComment);
    return new WriteOptions(condition, timeToLive, expiryKept, author, etag, checked, operation);
  }

  /**
   * Records this operation in the history instead of that of the method called. For tools that
   * import, copy or patch. Over HTTP the service decides what it records.
   *
   * @since 0.1.0
   */
  public WriteOptions operation(KVOperation newOperation) {
    Objects.requireNonNull(newOperation, "operation");
    return new WriteOptions(condition, timeToLive, expiryKept, author, etag, comment, newOperation);
  }

  /**
   * Chooses the etag of the written entry. Use it to find out later whether the write happened: it
   * did if the entry has this etag. A delete leaves no entry to ask.
   *
   * @param newEtag 24 lower-case hexadecimal digits, as of a BSON ObjectId, not all zero and never
   *     used before: conditions and caches tell writes apart by their etags. A write that repeats
   *     the etag of its entry throws {@link EtagReusedException}
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if it is not such an
   *     etag
   */
  public WriteOptions etag(String newEtag) {
    String checked = Names.checkEtag(newEtag);
    return new WriteOptions(condition, timeToLive, expiryKept, author, checked, comment, operation);
  }

  public WriteCondition condition() {
    return condition;
  }

  public Optional<Duration> timeToLive() {
    return Optional.ofNullable(timeToLive);
  }

  /** Returns true after {@link #keepingExpiry()}. */
  public boolean isExpiryKept() {
    return expiryKept;
  }

  public Optional<String> author() {
    return Optional.ofNullable(author);
  }

  /** Returns the chosen etag of the written entry; empty if the store makes one. */
  public Optional<String> etag() {
    return Optional.ofNullable(etag);
  }

  public Optional<String> comment() {
    return Optional.ofNullable(comment);
  }

  /** Returns the operation to record; empty for that of the method called. */
  public Optional<KVOperation> operation() {
    return Optional.ofNullable(operation);
  }
}
