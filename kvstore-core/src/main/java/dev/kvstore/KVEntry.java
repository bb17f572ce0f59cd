package dev.kvstore;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value and its metadata, read together. Two entries are equal if their values, metadata and
 * staleness are equal, regardless of where they were read.
 */
public sealed interface KVEntry<T> permits StoredEntry {
  /** The source of an entry. */
  enum Source {
    /** The database, or a service, which may have its own cache. */
    STORE,
    /** The near-cache of this process. */
    CACHE,
    /** The last-known-good file of a client; such an entry is always stale. */
    FILE
  }

  /** Returns an entry from the store that is not stale. For back ends and tests. */
  static <T> KVEntry<T> of(@Nullable T value, KVMetadata metadata) {
    return of(value, metadata, false, Source.STORE);
  }

  /** Like {@link #of(Object, KVMetadata)}, with the given staleness and source. */
  static <T> KVEntry<T> of(@Nullable T value, KVMetadata metadata, boolean stale, Source source) {
    return new StoredEntry<>(value, metadata, stale, source);
  }

  /** Returns the value; null if a null is stored. */
  @Nullable
  T value();

  KVMetadata metadata();

  /**
   * Returns true if the entry comes from a cache without contact to the database, or from a file,
   * and may exceed the staleness bounds. Happens only with settings that allow it.
   */
  boolean stale();

  Source source();

  default String key() {
    return metadata().key();
  }

  /** See {@link KVMetadata#version()}. */
  default long version() {
    return metadata().version();
  }

  /** See {@link KVMetadata#etag()}. */
  default String etag() {
    return metadata().etag();
  }

  default Instant createdAt() {
    return metadata().createdAt();
  }

  default Instant updatedAt() {
    return metadata().updatedAt();
  }

  default Optional<String> updatedBy() {
    return metadata().updatedBy();
  }

  default Optional<Instant> expiresAt() {
    return metadata().expiresAt();
  }

  /** Returns a copy of this entry with another value. */
  default <R> KVEntry<R> withValue(@Nullable R newValue) {
    return of(newValue, metadata(), stale(), source());
  }
}
