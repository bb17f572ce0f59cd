package dev.kvstore;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * That a key has changed. The value is not part of it: read it with
 * {@link ReadOptions#atLeast(SyncToken)} and the position, and it is this version or a newer one.
 *
 * @param version the version that was written; 0 for a delete and an expiry, and where somebody
 *     changed the entry in the database by hand and gave it none
 * @param etag the etag that was written; null for a delete and an expiry, and where somebody
 *     changed the entry by hand and gave it none
 * @param position where in the history of the database it happened; a watch can begin there
 */
public record KVChange(
    Kind kind, String key, long version, @Nullable String etag, SyncToken position) {
  /** What happened to a key. */
  public enum Kind {
    /** A value was written. */
    SET,
    /** The entry was deleted. On MongoDB an expiry can come as this, a minute or more late. */
    DELETE,
    /** The entry has expired. */
    EXPIRE
  }

  public KVChange {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(position, "position");
  }
}
