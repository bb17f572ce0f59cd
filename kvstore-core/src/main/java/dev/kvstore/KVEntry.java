package dev.kvstore;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value with everything that is known about it, as one consistent reading. Two entries are equal
 * if they have equal values and metadata and are both stale or both not, wherever they were read.
 *
 * @param <T> the value's type
 */
public sealed interface KVEntry<T> permits StoredEntry {
  /** Where an entry was read. */
  enum Source {
    /** In the database, or at the service, which may have a cache of its own. */
    STORE,
    /** In this process's memory. */
    CACHE,
    /** In the file where a client keeps what it knew last; such an entry is always stale. */
    FILE
  }

  /** Returns an entry from the store that is not stale, for back ends and for tests. */
  static <T> KVEntry<T> of(@Nullable T value, KVMetadata metadata) {
    return of(value, metadata, false, Source.STORE);
  }

  /** As {@link #of(Object, KVMetadata)}, from somewhere else or stale. */
  static <T> KVEntry<T> of(@Nullable T value, KVMetadata metadata, boolean stale, Source source) {
    return new StoredEntry<>(value, metadata, stale, source);
  }

  /** Returns the value; null where a null is stored. */
  @Nullable
  T value();

  KVMetadata metadata();

  /**
   * Returns true if the entry comes from a cache that has lost touch with the database, or from a
   * file, and may be older than promised. Never true unless the store was told to serve such
   * entries.
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

  /** Returns this entry with another value, as what was stored is read as a type. */
  default <R> KVEntry<R> withValue(@Nullable R newValue) {
    return of(newValue, metadata(), stale(), source());
  }
}
