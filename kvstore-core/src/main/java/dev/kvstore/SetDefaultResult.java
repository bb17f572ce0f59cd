package dev.kvstore;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of {@link KVStore#setDefault(String, KVType, Object, WriteOptions)}.
 *
 * @param <T> the value's type
 * @param entry the entry that is stored now
 * @param stored true if this call stored it, false if it was there before
 * @since 0.1.0
 */
public record SetDefaultResult<T>(KVEntry<T> entry, boolean stored) {
  public SetDefaultResult {
    Objects.requireNonNull(entry, "entry");
  }

  /** Returns the value that is stored now, which may be null. */
  public @Nullable T value() {
    return entry.value();
  }

  public KVMetadata metadata() {
    return entry.metadata();
  }

  /** Omits the value, which may be a secret. */
  @Override
  public String toString() {
    return "SetDefaultResult[" + entry.key() + ", stored=" + stored + "]";
  }
}
