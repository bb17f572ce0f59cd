package dev.kvstore;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An entry without its value.
 *
 * @param version counts the writes since the key was created: 1, 2, 3 … It starts again after a
 *     delete or an expiry
 * @param etag opaque and different for every write ever made; what compare-and-set uses
 * @param createdAt when this life of the key began, to the millisecond; never after
 *     {@code updatedAt}
 * @param updatedAt when this version was written, to the millisecond
 * @param updatedBy the author that the write named, or null
 * @param expiresAt from when on the entry is absent, to the millisecond, or null where it stays
 */
public record KVMetadata(
    String key,
    long version,
    String etag,
    Instant createdAt,
    Instant updatedAt,
    @Nullable String updatedBy,
    @Nullable Instant expiresAt) {
  public KVMetadata {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(etag, "etag");
    Objects.requireNonNull(createdAt, "createdAt");
    Objects.requireNonNull(updatedAt, "updatedAt");
    if (createdAt.isAfter(updatedAt)) {
      createdAt = updatedAt;
    }
  }

  /** Tells whether the entry is absent at that time, although it may still be stored. */
  public boolean isExpiredAt(Instant now) {
    return expiresAt != null && !expiresAt.isAfter(now);
  }
}
