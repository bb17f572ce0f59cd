package dev.kvstore;

import java.time.Duration;
import java.util.Optional;

/** Options of a batch of writes. Immutable; each method returns a changed copy. */
public final class BatchOptions {
  /** Each key independently, no expiry, no author, no comment. */
  public static final BatchOptions DEFAULT = new BatchOptions(false, WriteOptions.DEFAULT);

  private final boolean atomic;
  private final WriteOptions each;

  private BatchOptions(boolean atomic, WriteOptions each) {
    this.atomic = atomic;
    this.each = each;
  }

  /** Writes all keys or none; no reader of a key sees it before the batch is durable. */
  public BatchOptions atomic() {
    return new BatchOptions(true, each);
  }

  /** Like {@link WriteOptions#ttl}, for every key of the batch. */
  public BatchOptions ttl(Duration newTimeToLive) {
    return new BatchOptions(atomic, each.ttl(newTimeToLive));
  }

  /** Like {@link WriteOptions#author}, for every key of the batch. */
  public BatchOptions author(String newAuthor) {
    return new BatchOptions(atomic, each.author(newAuthor));
  }

  /**
   * Like {@link WriteOptions#comment}, for every key of the batch.
   *
   * @since 0.1.0
   */
  public BatchOptions comment(String newComment) {
    return new BatchOptions(atomic, each.comment(newComment));
  }

  /**
   * Like {@link WriteOptions#operation}, for every key of the batch.
   *
   * @since 0.1.0
   */
  public BatchOptions operation(KVOperation newOperation) {
    return new BatchOptions(atomic, each.operation(newOperation));
  }

  public boolean isAtomic() {
    return atomic;
  }

  public Optional<Duration> timeToLive() {
    return each.timeToLive();
  }

  public Optional<String> author() {
    return each.author();
  }

  public Optional<String> comment() {
    return each.comment();
  }

  /** Returns the operation to record in the history; empty for the default of the called method. */
  public Optional<KVOperation> operation() {
    return each.operation();
  }
}
