package dev.kvstore.spi;

import dev.kvstore.Names;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One value to be written.
 *
 * @param key a legal key
 * @param timeToLive how long the entry lives from the write on, or null for ever
 * @param expiryKept whether an entry that is there keeps the expiry that it has, or has none; then
 *     there is no time to live
 * @param author kept as {@code updatedBy}, or null
 * @param etag the etag that the entry gets, see {@link WriteOptions#etag(String)}; null for one
 *     that the store makes
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

  /** A write after which the entry lives for that time, or for ever. */
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
