package dev.kvstore;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value with everything that is known about it, as one consistent reading.
 *
 * @param <T> the value's type
 * @param value the value; null where a null is stored
 * @param stale whether it comes from a cache that has lost touch with the database, or from a file,
 *     and may be older than promised; never where nobody was told to serve such entries
 * @param source where it was read; of no account for whether two entries are equal
 */
public record KVEntry<T>(@Nullable T value, KVMetadata metadata, boolean stale, Source source) {
  /** Where an entry was read. */
  public enum Source {
    /** In the database, or at the service, which may have a cache of its own. */
    STORE,
    /** In this process's memory. */
    CACHE,
    /** In the file where a client keeps what it knew last; such an entry is always stale. */
    FILE
  }

  public KVEntry {
    Objects.requireNonNull(metadata, "metadata");
    Objects.requireNonNull(source, "source");
  }

  /** An entry from the store. */
  public KVEntry(@Nullable T value, KVMetadata metadata, boolean stale) {
    this(value, metadata, stale, Source.STORE);
  }

  /** An entry from the store that is not stale. */
  public KVEntry(@Nullable T value, KVMetadata metadata) {
    this(value, metadata, false);
  }

  public String key() {
    return metadata.key();
  }

  /** See {@link KVMetadata#version()}. */
  public long version() {
    return metadata.version();
  }

  /** See {@link KVMetadata#etag()}. */
  public String etag() {
    return metadata.etag();
  }

  public Instant createdAt() {
    return metadata.createdAt();
  }

  public Instant updatedAt() {
    return metadata.updatedAt();
  }

  public Optional<String> updatedBy() {
    return Optional.ofNullable(metadata.updatedBy());
  }

  public Optional<Instant> expiresAt() {
    return Optional.ofNullable(metadata.expiresAt());
  }

  /** Returns this entry with another value, as what was stored is read as a type. */
  public <R> KVEntry<R> withValue(@Nullable R newValue) {
    return new KVEntry<>(newValue, metadata, stale, source);
  }

  /** Tells whether the other is the same entry with an equal value, wherever it was read. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof KVEntry<?> that
            && Objects.equals(value, that.value)
            && metadata.equals(that.metadata)
            && stale == that.stale);
  }

  @Override
  public int hashCode() {
    return Objects.hash(value, metadata, stale);
  }
}
