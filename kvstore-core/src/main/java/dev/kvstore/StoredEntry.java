package dev.kvstore;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

record StoredEntry<T>(@Nullable T value, KVMetadata metadata, boolean stale, Source source)
    implements KVEntry<T> {
  StoredEntry {
    Objects.requireNonNull(metadata, "metadata");
    Objects.requireNonNull(source, "source");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof StoredEntry<?> that
            && Objects.equals(value, that.value)
            && metadata.equals(that.metadata)
            && stale == that.stale);
  }

  @Override
  public int hashCode() {
    return Objects.hash(value, metadata, stale);
  }

  /** Omits the value, which may be a secret. */
  @Override
  public String toString() {
    return "KVEntry[" + metadata + (stale ? ", stale]" : "]");
  }
}
