package dev.kvstore.spi;

import dev.kvstore.KVCache;
import dev.kvstore.KVEntry;
import dev.kvstore.KVType;

/** A near-cache, as the layers above it see it. */
public interface NearCacheView extends KVCache {
  /**
   * Keeps the value that was decoded from an entry for those who read it from memory next, if the
   * cache holds this very entry; else does nothing. As {@link CachedEntry#keep}, after a
   * {@link EntryStore#find}.
   */
  void keep(KVEntry<RawValue> entry, KVType<?> type, Object value);
}
