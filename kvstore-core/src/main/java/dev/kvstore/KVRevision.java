package dev.kvstore;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A past or current state of an entry, and the operation that led to it. Immutable.
 *
 * @param <T> the value's type
 * @since 0.1.0
 */
public sealed interface KVRevision<T> permits StoredRevision {
  /**
   * Returns a revision. For back ends.
   *
   * @param metadata the metadata of the stored entry; null if the operation left no entry
   * @param entry the stored entry; null if values were not requested, or there is none
   */
  static <T> KVRevision<T> of(
      String key,
      KVOperation operation,
      Instant at,
      @Nullable String author,
      @Nullable String comment,
      @Nullable RevisionSource from,
      @Nullable KVMetadata metadata,
      @Nullable KVEntry<T> entry) {
    return new StoredRevision<>(
        key,
        operation,
        at,
        Optional.ofNullable(author),
        Optional.ofNullable(comment),
        Optional.ofNullable(from),
        Optional.ofNullable(metadata),
        Optional.ofNullable(entry));
  }

  String key();

  KVOperation operation();

  /** Returns when it happened, to the millisecond; never before the key's preceding revision. */
  Instant at();

  /** Returns the author; empty if none was given, or if the entry was changed without kvstore. */
  Optional<String> author();

  /** Returns the author's comment, if there is one. */
  Optional<String> comment();

  /** Returns where the value came from; present only for a rollback, an import or a copy. */
  Optional<RevisionSource> from();

  /**
   * Returns the metadata of the entry that was stored; empty after {@link KVOperation#DELETE},
   * {@link KVOperation#EXPIRE} and {@link KVOperation#DROP}, and after a rollback that deleted.
   */
  Optional<KVMetadata> metadata();

  /**
   * Returns the entry that was stored; empty if {@link #metadata()} is, or if values were not
   * requested.
   */
  Optional<KVEntry<T>> entry();

  /** Returns a copy of this revision with its entry mapped by the function. */
  default <R> KVRevision<R> map(Function<KVEntry<T>, KVEntry<R>> mapper) {
    Objects.requireNonNull(mapper, "mapper");
    return new StoredRevision<>(
        key(),
        operation(),
        at(),
        author(),
        comment(),
        from(),
        metadata(),
        entry().map(mapper));
  }
}
