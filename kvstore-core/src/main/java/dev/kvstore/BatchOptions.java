package dev.kvstore;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Options of a batch of writes. Immutable; each method returns a changed copy. */
public final class BatchOptions {
  /** Each key independently, no expiry, no author, no comment. */
  public static final BatchOptions DEFAULT = new BatchOptions(false, null, null, null, null);

  private final boolean atomic;
  private final @Nullable Duration timeToLive;
  private final @Nullable String author;
  private final @Nullable String comment;
  private final @Nullable KVOperation operation;

  private BatchOptions(
      boolean atomic,
      @Nullable Duration timeToLive,
      @Nullable String author,
      @Nullable String comment,
      @Nullable KVOperation operation) {
    this.atomic = atomic;
    this.timeToLive = timeToLive;
    this.author = author;
    this.comment = comment;
    this.operation = operation;
  }

  /**
   * Writes all keys or none. No reader of a single key sees one of them before the batch is
   * durable.
   */
  public BatchOptions atomic() {
    return new BatchOptions(true, timeToLive, author, comment, operation);
  }

  /** As {@link WriteOptions#ttl}, for every key of the batch. */
  public BatchOptions ttl(Duration newTimeToLive) {
    Duration checked = TimeToLive.check(newTimeToLive);
    return new BatchOptions(atomic, checked, author, comment, operation);
  }

  /** As {@link WriteOptions#author}, for every key of the batch. */
  public BatchOptions author(String newAuthor) {
    String checked = Names.checkText("author", newAuthor);
    return new BatchOptions(atomic, timeToLive, checked, comment, operation);
  }

  /**
   * As {@link WriteOptions#comment}, for every key of the batch.
   *
   * @since 0.1.0
   */
  public BatchOptions comment(String newComment) {
    String checked = Names.checkComment(newComment);
    return new BatchOptions(atomic, timeToLive, author, checked, operation);
  }

  /**
   * As {@link WriteOptions#operation}, for every key of the batch.
   *
   * @since 0.1.0
   */
  public BatchOptions operation(KVOperation newOperation) {
    Objects.requireNonNull(newOperation, "operation");
    return new BatchOptions(atomic, timeToLive, author, comment, newOperation);
  }

  public boolean isAtomic() {
    return atomic;
  }

  public Optional<Duration> timeToLive() {
    return Optional.ofNullable(timeToLive);
  }

  public Optional<String> author() {
    return Optional.ofNullable(author);
  }

  public Optional<String> comment() {
    return Optional.ofNullable(comment);
  }

  /** Returns the operation to record; empty for that of the method called. */
  public Optional<KVOperation> operation() {
    return Optional.ofNullable(operation);
  }
}
