package dev.kvstore.http;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.KVCache;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVType;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.Defaulted;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.HeldEntry;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Subscription;
import dev.kvstore.spi.Write;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store as one request sees it: before each read and write it checks again whether the caller may
 * go on. A request can take long, by its body or the pages of its answer, and a token can be
 * revoked meanwhile.
 *
 * @param check throws where the caller may not go on
 */
record GuardedStore(EntryStore store, Runnable check) implements EntryStore {
  private EntryStore checked() {
    check.run();
    return store;
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public Optional<KVEntry<RawValue>> read(String key, ReadOptions options) {
    return checked().read(key, options);
  }

  @Override
  public List<KVEntry<RawValue>> readMany(Collection<String> keys, ReadOptions options) {
    return checked().readMany(keys, options);
  }

  @Override
  public @Nullable HeldEntry held(String key) {
    return checked().held(key);
  }

  @Override
  public @Nullable HeldEntry held(String key, ReadOptions options) {
    return checked().held(key, options);
  }

  @Override
  public void keep(KVEntry<RawValue> entry, KVType<?> type, Object value) {
    store.keep(entry, type, value);
  }

  @Override
  public KVPage<KVEntry<RawValue>> scan(KeyRange range, int limit, ReadOptions options) {
    return checked().scan(range, limit, options);
  }

  @Override
  public KVPage<KVMetadata> scanMetadata(KeyRange range, int limit, ReadOptions options) {
    return checked().scanMetadata(range, limit, options);
  }

  @Override
  public KVPage<String> scanKeys(KeyRange range, int limit, ReadOptions options) {
    return checked().scanKeys(range, limit, options);
  }

  @Override
  public int count(KeyRange range, int most, ReadOptions options) {
    return checked().count(range, most, options);
  }

  @Override
  public KVMetadata write(Write write) {
    return checked().write(write);
  }

  @Override
  public Defaulted setDefault(Write write) {
    return checked().setDefault(write);
  }

  @Override
  public BatchResult writeMany(Map<String, RawValue> values, BatchOptions options) {
    return checked().writeMany(values, options);
  }

  @Override
  public KVEntry<RawValue> increment(String key, long by, WriteOptions options) {
    return checked().increment(key, by, options);
  }

  @Override
  public boolean delete(String key, WriteOptions options) {
    return checked().delete(key, options);
  }

  @Override
  public Optional<KVCache> cache() {
    return store.cache();
  }

  @Override
  public SyncToken syncToken() {
    return store.syncToken();
  }

  @Override
  public Subscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    return checked().subscribe(sink, from);
  }

  @Override
  public void close() {
    store.close();
  }
}
