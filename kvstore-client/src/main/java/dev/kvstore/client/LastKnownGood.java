package dev.kvstore.client;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.KVCache;
import dev.kvstore.KVEntry;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVType;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import dev.kvstore.spi.ChangeSink;
import dev.kvstore.spi.Defaulted;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.HeldEntry;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Subscription;
import dev.kvstore.spi.Write;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Any store, of which a file keeps what was known last. While the store cannot be reached, reads
 * are answered by that and are marked, and one attempt after another is made in the background to
 * reach it again; writes go to the store and fail as they do without this. So do reads that demand
 * a point in its history, or to go past caches.
 *
 * <p>It belongs in front of a near-cache, not behind: absence has no place for a mark, and a cache
 * would take it for good. Thread-safe.
 */
final class LastKnownGood implements EntryStore {
  private final EntryStore store;
  private final Knowledge knowledge;
  private final SnapshotKeeper keeper;

  private LastKnownGood(EntryStore store, Knowledge knowledge, SnapshotKeeper keeper) {
    this.store = store;
    this.knowledge = knowledge;
    this.keeper = keeper;
  }

  /**
   * Returns the store with that file. Reads the file, and does not wait for the store.
   *
   * @param store is closed with this
   * @param services by which addresses the file is known to be of this store
   * @param clock tells when entries expire
   */
  static LastKnownGood over(
      EntryStore store, SnapshotFile file, List<String> services, InstantSource clock) {
    Knowledge knowledge = new Knowledge(clock);
    SnapshotKeeper keeper = new SnapshotKeeper(store, knowledge, file, services, clock);
    keeper.start();
    return new LastKnownGood(store, knowledge, keeper);
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public void keep(KVEntry<RawValue> entry, KVType<?> type, Object value) {
    store.keep(entry, type, value);
  }

  @Override
  public @Nullable HeldEntry held(String key) {
    return store.held(key);
  }

  @Override
  public @Nullable HeldEntry held(String key, ReadOptions options) {
    return store.held(key, options);
  }

  @Override
  public Optional<KVCache> cache() {
    return store.cache();
  }

  @Override
  public Optional<KVEntry<RawValue>> read(String key, ReadOptions options) {
    return known(
        options,
        () -> {
          Optional<KVEntry<RawValue>> entry = store.read(key, options);
          learn(entry.stream().toList());
          return entry;
        },
        () -> knowledge.find(key));
  }

  @Override
  public List<KVEntry<RawValue>> readMany(Collection<String> keys, ReadOptions options) {
    return known(
        options,
        () -> {
          List<KVEntry<RawValue>> entries = store.readMany(keys, options);
          learn(entries);
          return entries;
        },
        () -> new LinkedHashSet<>(keys)
            .stream().flatMap(key -> knowledge.find(key).stream()).toList());
  }

  @Override
  public KVPage<KVEntry<RawValue>> scan(KeyRange range, int limit, ReadOptions options) {
    return known(
        options,
        () -> {
          KVPage<KVEntry<RawValue>> page = store.scan(range, limit, options);
          learn(page.items());
          return page;
        },
        () -> knowledge.scan(range, limit, Function.identity()));
  }

  @Override
  public KVPage<KVMetadata> scanMetadata(KeyRange range, int limit, ReadOptions options) {
    return known(
        options,
        () -> store.scanMetadata(range, limit, options),
        () -> knowledge.scan(range, limit, KVEntry::metadata));
  }

  @Override
  public KVPage<String> scanKeys(KeyRange range, int limit, ReadOptions options) {
    return known(
        options,
        () -> store.scanKeys(range, limit, options),
        () -> knowledge.scan(range, limit, KVEntry::key));
  }

  /**
   * Learns what a read has found. An answer that comes late may be of a key that is deleted and
   * known to be, so what is news has to be read again.
   */
  private void learn(List<KVEntry<RawValue>> found) {
    List<String> news =
        found.stream().filter(knowledge::learn).map(KVEntry::key).toList();
    if (!news.isEmpty()) {
      keeper.changed(news);
    }
  }

  private <T> T known(ReadOptions options, Supplier<T> asked, Supplier<T> remembered) {
    boolean demanding = options.bypassCache() || options.atLeast().compareTo(SyncToken.START) > 0;
    if (!demanding && keeper.isOut()) {
      return remembered.get();
    }
    try {
      T answer = asked.get();
      keeper.reached();
      return answer;
    } catch (UnavailableException e) {
      if (demanding || Thread.currentThread().isInterrupted() || !keeper.failed(e)) {
        throw e;
      }
      return remembered.get();
    }
  }

  @Override
  public KVMetadata write(Write write) {
    return written(Set.of(write.key()), () -> {
      KVMetadata metadata = store.write(write);
      knowledge.learn(new KVEntry<>(write.value(), metadata));
      return metadata;
    });
  }

  @Override
  public Defaulted setDefault(Write write) {
    return written(Set.of(write.key()), () -> {
      Defaulted result = store.setDefault(write);
      knowledge.learn(result.entry());
      return result;
    });
  }

  @Override
  public BatchResult writeMany(Map<String, RawValue> values, BatchOptions options) {
    return written(values.keySet(), () -> store.writeMany(values, options));
  }

  @Override
  public KVEntry<RawValue> increment(String key, long by, WriteOptions options) {
    return written(Set.of(key), () -> {
      KVEntry<RawValue> sum = store.increment(key, by, options);
      knowledge.learn(sum);
      return sum;
    });
  }

  @Override
  public boolean delete(String key, WriteOptions options) {
    return written(Set.of(key), () -> {
      boolean deleted = store.delete(key, options);
      knowledge.forget(key);
      return deleted;
    });
  }

  /** The store's feed need not report the change, so the keys are to be read anew. */
  private <T> T written(Set<String> keys, Supplier<T> write) {
    try {
      T result = write.get();
      keeper.reached();
      keeper.changed(keys);
      return result;
    } catch (OutcomeUnknownException e) {
      keeper.changed(keys);
      throw e;
    }
  }

  @Override
  public SyncToken syncToken() {
    return store.syncToken();
  }

  @Override
  public Subscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    return store.subscribe(sink, from);
  }

  /** Closes the store too. */
  @Override
  public void close() {
    keeper.close(store::close);
  }
}
