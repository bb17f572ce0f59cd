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
 * @param stale whether it comes from a cache that has lost touch with the database, and may be
 *     older than the cache's bound; never where the cache was not told to serve such entries
 */
public record KVEntry<T>(@Nullable T value, KVMetadata metadata, boolean stale) {
  public KVEntry {
    Objects.requireNonNull(metadata, "metadata");
  }

  /** An entry that is not stale. */
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
}
