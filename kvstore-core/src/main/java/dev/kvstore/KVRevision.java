package dev.kvstore;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One past or present state of an entry, and what led to it. Immutable.
 *
 * @param <T> the value's type
 * @since 0.1.0
 */
public sealed interface KVRevision<T> permits StoredRevision {
  /**
   * Returns a revision. For back ends.
   *
   * @param metadata of the stored entry; null if the operation left none
   * @param entry with its value; null if the value was not asked for, or there is none
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

  /** Returns the author; empty if none was given, or the write was made by other means. */
  Optional<String> author();

  /** Returns the author's comment, if there is one. */
  Optional<String> comment();

  /** Returns where the value came from, for a rollback, an import and a copy. */
  Optional<RevisionSource> from();

  /**
   * Returns the metadata of the entry that was stored; empty after {@link KVOperation#DELETE},
   * {@link KVOperation#EXPIRE} and {@link KVOperation#DROP}, and after a rollback that deleted.
   */
  Optional<KVMetadata> metadata();

  /** Returns the entry that was stored; empty as {@link #metadata()}, and if not asked for. */
  Optional<KVEntry<T>> entry();

  /** Returns this revision with another form of its value. */
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
