package dev.kvstore.internal.mongo.feed;

import dev.kvstore.spi.Interest;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Polls the versions of keys in a database without change streams. */
@FunctionalInterface
interface VersionPoll {
  /** Returns the versions of these keys, including expired entries. */
  Map<String, Version> find(String store, Interest interest);

  /** The version of a key, as far as the document has one. */
  record Version(
      long version, @Nullable String etag, @Nullable Instant expiresAt) {
    boolean isExpiredAt(Instant now) {
      return expiresAt != null && !expiresAt.isAfter(now);
    }
  }
}
