package dev.kvstore.testing;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.KVCache;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.ReadOptions;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.CachedEntry;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.ForwardingEntryStore;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A store with a method for each kind of call, so that tests are short. */
public final class RawStore extends ForwardingEntryStore {
  private RawStore(EntryStore store) {
    super(store);
  }

  public static RawStore of(EntryStore store) {
    return store instanceof RawStore raw ? raw : new RawStore(store);
  }

  public Optional<KVEntry<RawValue>> read(String key) {
    return find(key, ReadOptions.DEFAULT);
  }

  public Optional<KVEntry<RawValue>> read(String key, ReadOptions options) {
    return find(key, options);
  }

  public List<KVEntry<RawValue>> readMany(Collection<String> keys) {
    return find(keys, ReadOptions.DEFAULT);
  }

  public List<KVEntry<RawValue>> readMany(Collection<String> keys, ReadOptions options) {
    return find(keys, options);
  }

  public @Nullable CachedEntry held(String key) {
    return peek(key, ReadOptions.DEFAULT);
  }

  public @Nullable CachedEntry held(String key, ReadOptions options) {
    return peek(key, options);
  }

  public KVPage<KVEntry<RawValue>> scan(KeyRange range, int limit) {
    return scan(range, limit, ReadOptions.DEFAULT);
  }

  public KVPage<KVEntry<RawValue>> scan(KeyRange range, int limit, ReadOptions options) {
    return scan(range, Projection.ENTRIES, limit, options);
  }

  public KVPage<KVMetadata> scanMetadata(KeyRange range, int limit) {
    return scanMetadata(range, limit, ReadOptions.DEFAULT);
  }

  public KVPage<KVMetadata> scanMetadata(KeyRange range, int limit, ReadOptions options) {
    return scan(range, Projection.METADATA, limit, options);
  }

  public KVPage<String> scanKeys(KeyRange range, int limit) {
    return scanKeys(range, limit, ReadOptions.DEFAULT);
  }

  public KVPage<String> scanKeys(KeyRange range, int limit, ReadOptions options) {
    return scan(range, Projection.KEYS, limit, options);
  }

  public KVMetadata write(Write write) {
    return apply(new Mutation.Put(write));
  }

  public SetDefaultResult<RawValue> setDefault(Write write) {
    return apply(new Mutation.PutIfAbsent(write));
  }

  public BatchResult writeMany(Map<String, RawValue> values, BatchOptions options) {
    return apply(new Mutation.Batch(values, options));
  }

  public KVEntry<RawValue> increment(String key, long by, WriteOptions options) {
    return apply(new Mutation.Add(key, by, options));
  }

  public boolean delete(String key, WriteOptions options) {
    return apply(new Mutation.Delete(key, options));
  }

  public Optional<KVCache> cache() {
    return capability(KVCache.class);
  }
}
