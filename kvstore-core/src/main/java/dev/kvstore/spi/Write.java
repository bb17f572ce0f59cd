package dev.kvstore.spi;

import dev.kvstore.BatchOptions;
import dev.kvstore.Names;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A value to write.
 *
 * @param key a valid key
 * @param timeToLive how long the entry lives after the write, or null for forever
 * @param expiryKept true to keep the expiry of an existing entry; excludes a time to live
 * @param cause the author and reason of the write
 * @param etag the chosen etag, see {@link WriteOptions#etag(String)}, or null to let the store
 *     generate one
 */
public record Write(
    String key,
    RawValue value,
    WriteCondition condition,
    @Nullable Duration timeToLive,
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
        options.isExpiryKept(),
        Cause.of(options),
        options.etag().orElse(null));
  }

  /** Returns the author to store as {@code updatedBy}; null for none. */
  public @Nullable String author() {
    return cause.author();
  }
}
