package dev.kvstore;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

record StoredRevision<T>(
    String key,
    KVOperation operation,
    Instant at,
    Optional<String> author,
    Optional<String> comment,
    Optional<RevisionSource> from,
    Optional<KVMetadata> metadata,
    Optional<KVEntry<T>> entry)
    implements KVRevision<T> {
  StoredRevision {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(operation, "operation");
    Objects.requireNonNull(at, "at");
  }
}
