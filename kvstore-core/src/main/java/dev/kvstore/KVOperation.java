package dev.kvstore;

import java.util.Locale;

/**
 * The operation that produced a revision of an entry, see {@link KVRevision}.
 *
 * @since 0.1.0
 */
public enum KVOperation {
  /** A value was stored, alone or in a batch. */
  SET,
  /** A default was stored. */
  DEFAULT,
  /** A number was added to the value. */
  INCREMENT,
  /** A merge patch was applied to the value. */
  PATCH,
  /** The entry was deleted. */
  DELETE,
  /** The entry expired. */
  EXPIRE,
  /** The value came from a snapshot. */
  IMPORT,
  /** An earlier value was restored, or an entry was deleted because it was absent at that time. */
  ROLLBACK,
  /** The value was copied from another entry. */
  COPY,
  /** The store was dropped. */
  DROP;

  /** Returns the name that the service and the command line use, for example {@code set}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
