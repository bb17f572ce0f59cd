package dev.kvstore.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * That a key has changed, and to which version; not its value, which whoever wants it reads.
 *
 * @param version the version that was written; 0 for a delete and an expiry,
 *     {@link #UNKNOWN_VERSION} where somebody wrote by hand and gave none
 * @param etag the etag that was written; null for a delete and an expiry, and where somebody wrote
 *     by hand and gave none
 * @param position where in the history of the database it happened, see
 *     {@link dev.kvstore.SyncToken#position()}
 */
public record Change(
    Kind kind, String key, long version, @Nullable String etag, long position) {
  /** Later than every version: whoever holds another has to read the key again. */
  public static final long UNKNOWN_VERSION = Long.MAX_VALUE;

  /** What happened to the key. */
  public enum Kind {
    SET,
    DELETE,
    EXPIRE
  }

  public Change {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(key, "key");
  }
}
