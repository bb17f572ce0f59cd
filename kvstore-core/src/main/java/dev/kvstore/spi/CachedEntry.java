package dev.kvstore.spi;

import dev.kvstore.KVEntry;
import dev.kvstore.KVType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entry as a near-cache holds it, or that there is none, with room for the value as it was read
 * last. Good at the moment when it was got from {@link EntryStore#peek}, so not to be kept.
 * Thread-safe.
 */
public interface CachedEntry {
  /** Returns the entry; empty where it is known that there is none. The same object each time. */
  Optional<KVEntry<RawValue>> entry();

  /**
   * Returns the value as it was read as that type, where that was the last type that somebody has
   * read it as and left it; else null, as for a stored null.
   */
  @Nullable
  Object valueAs(KVType<?> type);

  /** As {@link #valueAs(KVType)}, for the type of a class. */
  @Nullable
  Object valueAs(Class<?> type);

  /**
   * Keeps the value as it was read as a type for those who come next, in place of an earlier one,
   * for as long as the entry is held. All readers share it: leave only what is immutable.
   *
   * @param bytes what the value takes in memory; 0 where it is for others to estimate
   */
  void keep(KVType<?> type, Object value, int bytes);
}
