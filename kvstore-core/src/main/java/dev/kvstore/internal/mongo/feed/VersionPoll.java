package dev.kvstore.internal.mongo.feed;

import dev.kvstore.spi.Interest;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks the database for the versions of keys, where it cannot tell of changes by itself. */
@FunctionalInterface
interface VersionPoll {
  /** Returns what is stored under those keys, expired entries too. */
  Map<String, Version> find(String store, Interest interest);

  /** The version of a key, as far as the document tells. */
  record Version(
      long version, @Nullable String etag, @Nullable Instant expiresAt) {
    boolean isExpiredAt(Instant now) {
      return expiresAt != null && !expiresAt.isAfter(now);
    }
  }
}
