package dev.kvstore.spi;

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
 * @param author kept as {@code updatedBy}, or null
 */
public record Write(
    String key,
    RawValue value,
    WriteCondition condition,
    @Nullable Duration timeToLive,
    @Nullable String author) {
  public Write {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(condition, "condition");
  }

  public Write(String key, RawValue value, WriteOptions options) {
    this(
        key,
        value,
        options.condition(),
        options.timeToLive().orElse(null),
        options.author().orElse(null));
  }
}
