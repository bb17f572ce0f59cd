package dev.kvstore;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An entry without its value. Immutable. */
public sealed interface KVMetadata permits StoredMetadata {
  /**
   * Returns the metadata of an entry, for back ends and for tests.
   *
   * @param createdAt not after {@code updatedAt}; if it is, {@code updatedAt} takes its place
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
        createdAt.isAfter(updatedAt) ? updatedAt : createdAt,
        updatedAt,
        Optional.ofNullable(updatedBy),
        Optional.ofNullable(expiresAt));
  }

  String key();

  /**
   * Returns the number of writes since the key was created: 1, 2, 3 … It starts again after a
   * delete or an expiry.
   */
  long version();

  /**
   * Returns the etag, which is opaque and different for every write ever made: what compare-and-set
   * uses.
   */
  String etag();

  /**
   * Returns when this life of the key began, to the millisecond; never after {@link #updatedAt()}.
   */
  Instant createdAt();

  /** Returns when this version was written, to the millisecond. */
  Instant updatedAt();

  /** Returns the author that the write named. */
  Optional<String> updatedBy();

  /** Returns from when on the entry is absent, to the millisecond; empty if it stays. */
  Optional<Instant> expiresAt();

  /** Returns true if the entry is absent at that time, although it may still be stored. */
  default boolean isExpiredAt(Instant now) {
    return expiresAt().isPresent() && !expiresAt().get().isAfter(now);
  }
}
