package dev.kvstore.spi;

import dev.kvstore.KVChange;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A change of a key, without its value.
 *
 * @param version the written version; 0 for a delete and an expiry, {@link #UNKNOWN_VERSION} for a
 *     manual write without one
 * @param etag the written etag; null for a delete, an expiry, and a manual write without one
 * @param position the position in the history of the database, see
 *     {@link dev.kvstore.SyncToken#position()}
 */
public record Change(
    KVChange.Kind kind, String key, long version, @Nullable String etag, long position) {
  /** Compares as newer than every version, so any cached entry must be read again. */
  public static final long UNKNOWN_VERSION = Long.MAX_VALUE;

  public Change {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(key, "key");
  }
}
