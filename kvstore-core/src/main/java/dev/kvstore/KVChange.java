package dev.kvstore;

import java.util.Optional;

/**
 * A change of a key. It has a value only with {@link WatchOptions#withValues()}. Without that
 * option, read the key with {@link ReadOptions#atLeast(SyncToken)} and {@link #position()} to get
 * this version or a newer one.
 */
public interface KVChange {
  /** The kind of a change. */
  enum Kind {
    /** A value was written. */
    SET,
    /** The entry was deleted. MongoDB can report an expiry as a delete, a minute or more late. */
    DELETE,
    /** The entry has expired. */
    EXPIRE
  }

  Kind kind();

  String key();

  /** Returns the written version; 0 for a delete, an expiry, or a manual change without one. */
  long version();

  /** Returns the written etag; empty for a delete, an expiry, or a manual change without one. */
  Optional<String> etag();

  /** Returns the position of the change in the database's history; a watch can resume there. */
  SyncToken position();

  /** Like {@link #entry(KVType)}, for a class. */
  default <T> Optional<KVEntry<T>> entry(Class<T> type) {
    return entry(KVType.of(type));
  }

  /**
   * Returns the entry as the watch read it after the change; empty for a delete and an expiry. It
   * is this version or a newer one, which is also reported as a change of its own. Also empty if
   * the entry was gone when the watch read it; its delete or expiry follows. Does not reach the
   * database.
   *
   * @throws TypeMismatchException if the stored value cannot become the type without loss
   * @throws IllegalStateException if the watch has no {@link WatchOptions#withValues()}
   * @since 0.1.0
   */
  <T> Optional<KVEntry<T>> entry(KVType<T> type);

  /** Like {@link #value(KVType)}, for a class. */
  default <T> Optional<T> value(Class<T> type) {
    return value(KVType.of(type));
  }

  /**
   * Returns the value of {@link #entry(KVType)}; empty if there is no entry or a null is stored.
   *
   * @since 0.1.0
   */
  default <T> Optional<T> value(KVType<T> type) {
    return entry(type).map(KVEntry::value);
  }
}
