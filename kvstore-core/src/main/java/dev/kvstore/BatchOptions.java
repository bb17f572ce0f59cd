package dev.kvstore;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Options of a batch of writes. Immutable; each method returns a changed copy. */
public final class BatchOptions {
  /** Each key independently, no expiry, no author. */
  public static final BatchOptions DEFAULT = new BatchOptions(false, null, null);

  private final boolean atomic;
  private final @Nullable Duration timeToLive;
  private final @Nullable String author;

  private BatchOptions(boolean atomic, @Nullable Duration timeToLive, @Nullable String author) {
    this.atomic = atomic;
    this.timeToLive = timeToLive;
    this.author = author;
  }

  /**
   * Writes all keys or none. No reader of a single key sees one of them before the batch is
   * durable.
   */
  public BatchOptions atomic() {
    return new BatchOptions(true, timeToLive, author);
  }

  /** As {@link WriteOptions#ttl}, for every key of the batch. */
  public BatchOptions ttl(Duration newTimeToLive) {
    return new BatchOptions(atomic, TimeToLive.check(newTimeToLive), author);
  }

  /** As {@link WriteOptions#author}, for every key of the batch. */
  public BatchOptions author(String newAuthor) {
    return new BatchOptions(atomic, timeToLive, Names.checkText("author", newAuthor));
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
}
