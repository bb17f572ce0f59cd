package dev.kvstore;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

record StoredMetadata(
    String key,
    long version,
    String etag,
    Instant createdAt,
    Instant updatedAt,
    Optional<String> updatedBy,
    Optional<Instant> expiresAt)
    implements KVMetadata {
  StoredMetadata {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(etag, "etag");
  }
}
