package dev.kvstore.spi;

import dev.kvstore.ErrorCode;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVLabel;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVOperation;
import dev.kvstore.KVRevision;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Revisions for {@link RestorableStore#restore}.
 *
 * @param after the last revision that the store has; null if it has none. Of a store without
 *     history, that of the entry with the last key
 * @param revisions in the order in which they happened, those that left an entry with its value
 * @param reachesBackTo from when on all that was is known, for a store that has nothing yet; null
 *     for now
 * @param labels to be set
 */
public record Restoration(
    @Nullable KVRevision<RawValue> after,
    List<KVRevision<RawValue>> revisions,
    @Nullable Instant reachesBackTo,
    List<KVLabel> labels) {
  public Restoration {
    revisions = List.copyOf(Objects.requireNonNull(revisions, "revisions"));
    labels = List.copyOf(Objects.requireNonNull(labels, "labels"));
  }

  /** Returns the only revision that is known of an entry without history. */
  public static KVRevision<RawValue> revisionOf(
      KVMetadata metadata, @Nullable KVEntry<RawValue> entry) {
    return KVRevision.of(
        metadata.key(),
        KVOperation.SET,
        metadata.updatedAt(),
        metadata.updatedBy().orElse(null),
        null,
        null,
        metadata,
        entry);
  }

  /** Returns true if both are the same write of the same key. */
  public static boolean isSame(KVRevision<?> one, KVRevision<?> other) {
    return one.key().equals(other.key())
        && one.at().equals(other.at())
        && one.operation() == other.operation()
        && one.metadata().map(KVMetadata::etag).equals(other.metadata().map(KVMetadata::etag));
  }

  /**
   * Checks that this goes on where the store ends.
   *
   * @param last what the store has last; null for nothing
   * @throws KVException with {@link ErrorCode#CONFLICT} otherwise
   */
  public void requireAfter(String store, @Nullable KVRevision<RawValue> last) {
    boolean fits = after == null ? last == null : last != null && isSame(after, last);
    if (!fits) {
      throw refusal(
          store,
          last == null
              ? "it has not what the snapshot goes on from"
              : "the last change, of key '" + last.key() + "' at " + last.at()
                  + ", is not the one expected");
    }
  }

  /** Returns the refusal of a store that has something else. */
  public static KVException refusal(String store, String reason) {
    return new KVException(
        ErrorCode.CONFLICT,
        "The store '" + store + "' is in use: " + reason + ". Restore into a store that is empty"
            + " and that is not written in the meantime, or drop this one with its history first");
  }
}
