package dev.kvstore.spi;

import dev.kvstore.BatchOptions;
import dev.kvstore.Names;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value to write.
 *
 * @param key a valid key
 * @param timeToLive how long the entry lives after the write, or null for forever
 * @param expiresAt the instant until which the entry lives, or null; excludes a time to live
 * @param expiryKept true to keep the expiry of an existing entry; excludes another one
 * @param cause the author and reason of the write
 * @param etag the chosen etag, see {@link WriteOptions#etag(String)}, or null to let the store
 *     generate one
 */
public record Write(
    String key,
    RawValue value,
    WriteCondition condition,
    @Nullable Duration timeToLive,
    @Nullable Instant expiresAt,
    boolean expiryKept,
    Cause cause,
    @Nullable String etag) {
  public Write {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(condition, "condition");
    Objects.requireNonNull(cause, "cause");
    if (etag != null) {
      Names.checkEtag(etag);
    }
  }

  /** One write of a batch. */
  public Write(String key, RawValue value, BatchOptions options) {
    this(
        key,
        value,
        WriteCondition.NONE,
        options.timeToLive().orElse(null),
        null,
        false,
        Cause.of(options),
        null);
  }

  public Write(String key, RawValue value, WriteOptions options) {
    this(
        key,
        value,
        Objects.requireNonNull(options, "options").condition(),
        options.timeToLive().orElse(null),
        null,
        options.isExpiryKept(),
        Cause.of(options),
        options.etag().orElse(null));
  }

  /**
   * Returns the expiry of an entry that is written now, unless it keeps its own; null for never.
   */
  public @Nullable Instant expiry(Instant now) {
    return timeToLive == null ? expiresAt : now.plus(timeToLive);
  }

  /** Returns the author to store as {@code updatedBy}; null for none. */
  public @Nullable String author() {
    return cause.author();
  }
}
