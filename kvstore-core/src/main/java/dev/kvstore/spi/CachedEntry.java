package dev.kvstore.spi;

import dev.kvstore.KVEntry;
import dev.kvstore.KVType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entry in a near-cache, or its absence, with room for the last decoded value. Valid when
 * {@link EntryStore#peek} returns it; do not keep it. Thread-safe.
 */
public interface CachedEntry {
  /** Returns the entry; empty if the key is known to be absent. Always returns the same object. */
  Optional<KVEntry<RawValue>> entry();

  /**
   * Returns the decoded value if it was last kept as this type; null otherwise, and for a stored
   * null.
   */
  @Nullable
  Object valueAs(KVType<?> type);

  /** Like {@link #valueAs(KVType)}, for the type of a class. */
  @Nullable
  Object valueAs(Class<?> type);

  /**
   * Keeps a decoded value for later readers, replacing an earlier one, as long as the entry is
   * cached. All readers share it, so it must be immutable.
   *
   * @param bytes the size of the value in memory, or 0 to let the cache estimate it
   */
  void keep(KVType<?> type, Object value, int bytes);
}
