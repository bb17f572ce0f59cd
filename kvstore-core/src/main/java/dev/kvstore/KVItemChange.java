package dev.kvstore;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * That what an item reads has changed.
 *
 * @param <T> the value's type
 * @param value what the item reads now: the stored value, null where a null is stored, and the
 *     item's default, or null without one, where there is no entry
 * @param previous what it read before
 * @param metadata the entry's version, etag and times; empty where there is no entry
 */
public record KVItemChange<T>(
    String key, @Nullable T value, @Nullable T previous, Optional<KVMetadata> metadata) {
  public KVItemChange {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(metadata, "metadata");
  }

  /** Returns the stored value; empty where there is no entry or a null is stored. */
  public Optional<T> find() {
    return metadata.map(present -> value);
  }

  /** Without the values, which may be secrets. */
  @Override
  public String toString() {
    return "KVItemChange[" + key + "]";
  }
}
