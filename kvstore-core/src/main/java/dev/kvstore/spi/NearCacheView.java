package dev.kvstore.spi;

import dev.kvstore.KVCache;
import dev.kvstore.KVEntry;
import dev.kvstore.KVType;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The near-cache, for the layers above it. */
public interface NearCacheView extends KVCache {
  /**
   * Keeps the decoded value of an entry for later readers if the cache still holds this entry. Use
   * it after {@link EntryStore#find}, as {@link CachedEntry#keep} after {@link EntryStore#peek}.
   */
  void keep(KVEntry<RawValue> entry, KVType<?> type, Object value);

  /**
   * Returns a shortcut to the value of {@link CachedEntry#valueAs(KVType)} for repeated reads of
   * one key; null if there is none. It may be kept: it returns null once the value must not be
   * served, and occasionally to make the reader call {@link EntryStore#peek} again, which marks the
   * entry as used. Thread-safe.
   */
  @Nullable
  Supplier<@Nullable Object> remember(CachedEntry held, KVType<?> type);
}
