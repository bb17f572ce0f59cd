package dev.kvstore.spi;

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
 * @param timeToLive how long the entry lives after the write, or null for ever
 * @param expiryKept true to keep the expiry of an existing entry; excludes a time to live
 * @param author stored as {@code updatedBy}, or null
 * @param etag the chosen etag, see {@link WriteOptions#etag(String)}, or null to let the store make
 *     one
 */
public record Write(
    String key,
    RawValue value,
    WriteCondition condition,
    @Nullable Duration timeToLive,
    boolean expiryKept,
    @Nullable String author,
    @Nullable String etag) {
  public Write {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(condition, "condition");
    if (etag != null) {
      Names.checkEtag(etag);
    }
  }

  /** A write with this time to live, or for ever. */
  public Write(
      String key,
      RawValue value,
      WriteCondition condition,
      @Nullable Duration timeToLive,
      @Nullable String author) {
    this(key, value, condition, timeToLive, false, author, null);
  }

  public Write(String key, RawValue value, WriteOptions options) {
    this(
        key,
        value,
        Objects.requireNonNull(options, "options").condition(),
        options.timeToLive().orElse(null),
        options.isExpiryKept(),
        options.author().orElse(null),
        options.etag().orElse(null));
  }
}
