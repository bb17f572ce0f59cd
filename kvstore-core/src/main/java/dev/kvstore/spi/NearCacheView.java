package dev.kvstore.spi;

import dev.kvstore.KVCache;
import dev.kvstore.KVEntry;
import dev.kvstore.KVType;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A near-cache, as the layers above it see it. */
public interface NearCacheView extends KVCache {
  /**
   * Keeps the value that was decoded from an entry for those who read it from memory next, if the
   * cache holds this very entry; else does nothing. As {@link CachedEntry#keep}, after a
   * {@link EntryStore#find}.
   */
  void keep(KVEntry<RawValue> entry, KVType<?> type, Object value);

  /**
   * Returns a short cut to the value that {@link CachedEntry#valueAs(KVType)} returns, for whoever
   * reads the same key again and again; null if there is none. It can be kept: it returns null as
   * soon as the value may not be served any more, and now and then to be asked for anew through
   * {@link EntryStore#peek}, which tells the cache that the entry is in use. Thread-safe.
   */
  @Nullable
  Supplier<@Nullable Object> remember(CachedEntry held, KVType<?> type);
}
