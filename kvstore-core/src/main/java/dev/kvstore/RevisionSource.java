package dev.kvstore;

import java.util.Objects;
import java.util.Optional;

/**
 * The origin of a value stored by a rollback, an import or a copy, as far as it is known.
 *
 * @param store the store that the value came from; empty if it is the same store
 * @since 0.1.0
 */
public record RevisionSource(
    Optional<String> store, Optional<String> key, Optional<Long> version, Optional<String> etag) {
  public RevisionSource {
    Objects.requireNonNull(store, "store");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(etag, "etag");
  }
}
