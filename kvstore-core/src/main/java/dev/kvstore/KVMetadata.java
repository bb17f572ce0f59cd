package dev.kvstore;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An entry without its value. Immutable. */
public sealed interface KVMetadata permits StoredMetadata {
  /**
   * Returns the metadata of an entry. For back ends and tests.
   *
   * @param createdAt replaced by {@code updatedAt} if it is later
   * @param updatedBy null for none
   * @param expiresAt null for never
   */
  static KVMetadata of(
      String key,
      long version,
      String etag,
      Instant createdAt,
      Instant updatedAt,
      @Nullable String updatedBy,
      @Nullable Instant expiresAt) {
    return new StoredMetadata(
        key,
        version,
        etag,
        Objects.requireNonNull(createdAt, "createdAt")
                .isAfter(Objects.requireNonNull(updatedAt, "updatedAt"))
            ? updatedAt
            : createdAt,
        updatedAt,
        Optional.ofNullable(updatedBy),
        Optional.ofNullable(expiresAt));
  }

  String key();

  /** Returns the number of writes since the key was created; again 1 after a delete or expiry. */
  long version();

  /** Returns the etag: opaque, different for every write, and used for compare-and-set. */
  String etag();

  /** Returns when the entry was created, to the millisecond; never after {@link #updatedAt()}. */
  Instant createdAt();

  /** Returns when this version was written, to the millisecond. */
  Instant updatedAt();

  /** Returns the author of this version, if it has one. */
  Optional<String> updatedBy();

  /** Returns when the entry expires, to the millisecond; empty if it does not. */
  Optional<Instant> expiresAt();

  /** Returns true if the entry is expired at that time, even if it is still stored. */
  default boolean isExpiredAt(Instant now) {
    Objects.requireNonNull(now, "now");
    return expiresAt().isPresent() && !expiresAt().get().isAfter(now);
  }
}
