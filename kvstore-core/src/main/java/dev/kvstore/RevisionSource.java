package dev.kvstore;

import java.util.Objects;
import java.util.Optional;

/**
 * Where the value of a rollback, an import or a copy came from, as far as it is known.
 *
 * @param store the other store; empty if it is the same one
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
