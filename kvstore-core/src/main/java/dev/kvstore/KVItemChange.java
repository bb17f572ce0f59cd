package dev.kvstore;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A change of an item's value.
 *
 * @param <T> the value's type
 * @param value the new value: the stored value, which may be null; if there is no entry, the item's
 *     default, or null if it has none
 * @param previous the value before
 * @param metadata the entry's metadata; empty if there is no entry
 */
public record KVItemChange<T>(
    String key, @Nullable T value, @Nullable T previous, Optional<KVMetadata> metadata) {
  public KVItemChange {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(metadata, "metadata");
  }

  /** Returns the stored value; empty if there is no entry or a null is stored. */
  public Optional<T> find() {
    return metadata.map(present -> value);
  }

  /** Omits the values, which may be secrets. */
  @Override
  public String toString() {
    return "KVItemChange[" + key + "]";
  }
}
