package dev.kvstore.internal.typed;

import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.BindOptions;
import dev.kvstore.ChangeReport;
import dev.kvstore.CopyOptions;
import dev.kvstore.DeleteOptions;
import dev.kvstore.DeleteResult;
import dev.kvstore.ErrorCode;
import dev.kvstore.InvalidInputException;
import dev.kvstore.KVBinding;
import dev.kvstore.KVCache;
import dev.kvstore.KVDifferences;
import dev.kvstore.KVEntry;
import dev.kvstore.KVHistory;
import dev.kvstore.KVItem;
import dev.kvstore.KVItemChange;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVOperation;
import dev.kvstore.KVPage;
import dev.kvstore.KVQuery;
import dev.kvstore.KVStore;
import dev.kvstore.KVSubscription;
import dev.kvstore.KVType;
import dev.kvstore.KVWatcher;
import dev.kvstore.KeyNotFoundException;
import dev.kvstore.Names;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SetDefaultResult;
import dev.kvstore.SyncToken;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.WatchOptions;
import dev.kvstore.WriteCondition;
import dev.kvstore.WriteOptions;
import dev.kvstore.internal.binding.Binding;
import dev.kvstore.internal.bson.BsonValues;
import dev.kvstore.internal.mapping.BsonCodec;
import dev.kvstore.internal.support.Closing;
import dev.kvstore.internal.watch.WatchHub;
import dev.kvstore.spi.CachedEntry;
import dev.kvstore.spi.EntryStore;
import dev.kvstore.spi.Interest;
import dev.kvstore.spi.KeyRange;
import dev.kvstore.spi.Mutation;
import dev.kvstore.spi.NearCacheView;
import dev.kvstore.spi.Projection;
import dev.kvstore.spi.RawValue;
import dev.kvstore.spi.Write;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The implementation of {@link KVStore}, over a store of raw entries. */
public final class TypedKVStore implements KVStore {
  private final EntryStore entries;
  private final BsonCodec codec;
  private final Runnable afterClose;
  private final WatchHub watches;
  private volatile boolean closed;

  private TypedKVStore(EntryStore entries, BsonCodec codec, Runnable afterClose) {
    this.entries = Objects.requireNonNull(entries, "entries");
    this.codec = Objects.requireNonNull(codec, "codec");
    this.afterClose = Objects.requireNonNull(afterClose, "afterClose");
    this.watches = WatchHub.of(entries);
  }

  /** Returns a typed store over the entries, which it closes when it is closed. */
  public static KVStore over(EntryStore entries, BsonCodec codec) {
    return new TypedKVStore(entries, codec, () -> {});
  }

  /** Like {@link #over(EntryStore, BsonCodec)}; closing it finally calls {@code afterClose}. */
  public static KVStore over(EntryStore entries, BsonCodec codec, Runnable afterClose) {
    return new TypedKVStore(entries, codec, afterClose);
  }

  @Override
  public String name() {
    return entries.name();
  }

  @Override
  @SuppressWarnings("unchecked") // it was read as this type
  public <T> @Nullable T get(String key, Class<T> type) {
    Objects.requireNonNull(type, "type");
    CachedEntry held = held(key);
    Object value = held == null ? null : held.valueAs(type);
    return value != null
        ? (T) value
        : present(key, read(held, key, KVType.of(type), ReadOptions.DEFAULT)).value();
  }

  @Override
  @SuppressWarnings("unchecked") // it was read as this type
  public <T> @Nullable T get(String key, KVType<T> type) {
    Objects.requireNonNull(type, "type");
    CachedEntry held = held(key);
    Object value = held == null ? null : held.valueAs(type);
    return value != null
        ? (T) value
        : present(key, read(held, key, type, ReadOptions.DEFAULT)).value();
  }

  @Override
  public <T> Optional<KVEntry<T>> findEntry(String key, KVType<T> type, ReadOptions options) {
    Objects.requireNonNull(type, "type");
    return read(peek(key, options), key, type, options);
  }

  @Nullable
  CachedEntry held(String key) {
    return peek(key, ReadOptions.DEFAULT);
  }

  private @Nullable CachedEntry peek(String key, ReadOptions options) {
    return entries.peek(
        Objects.requireNonNull(key, "key"), Objects.requireNonNull(options, "options"));
  }

  /** Returns a shortcut to a cached value, like {@link NearCacheView#remember}. */
  @Nullable
  Supplier<@Nullable Object> remember(CachedEntry held, KVType<?> type) {
    return entries
        .capability(NearCacheView.class)
        .map(cache -> cache.remember(held, type))
        .orElse(null);
  }

  boolean isClosed() {
    return closed;
  }

  /** Reads the entry from memory, or else from the store. */
  <T> Optional<KVEntry<T>> read(
      @Nullable CachedEntry held, String key, KVType<T> type, ReadOptions options) {
    return held == null
        ? load(key, type, options)
        : held.entry().map(raw -> decoded(held, raw, type));
  }

  private <T> Optional<KVEntry<T>> load(String key, KVType<T> type, ReadOptions options) {
    return entries.find(Names.checkKey(key), options).map(raw -> {
      KVEntry<T> entry = typed(raw, type);
      T value = entry.value();
      if (value != null && Sharing.isSafe(value)) {
        entries.capability(NearCacheView.class).ifPresent(cache -> cache.keep(raw, type, value));
      }
      return entry;
    });
  }

  @Override
  public boolean has(String key, ReadOptions options) {
    CachedEntry held = peek(key, options);
    return held != null
        ? held.entry().isPresent()
        : entries.find(Names.checkKey(key), options).isPresent();
  }

  @Override
  public KVMetadata set(String key, @Nullable Object value, WriteOptions options) {
    return entries.apply(
        new Mutation.Put(new Write(Names.checkKey(key), codec.encode(value), options)));
  }

  @Override
  public <T> SetDefaultResult<T> setDefault(
      String key, KVType<T> type, @Nullable T value, WriteOptions options) {
    Objects.requireNonNull(type, "type");
    WriteCondition condition = Objects.requireNonNull(options, "options").condition();
    if (!condition.equals(WriteCondition.NONE) && !condition.equals(WriteCondition.IF_ABSENT)) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "setDefault stores only where there is no entry, its condition cannot be " + condition);
    }
    Write write = new Write(Names.checkKey(key), codec.encode(value), options);
    Mutation.PutIfAbsent put = new Mutation.PutIfAbsent(write);
    // Usually the entry exists. A read is cheaper than a write that changes nothing, can be
    // answered by a near-cache, and needs no write permission.
    Optional<KVEntry<RawValue>> present = entries.find(key, ReadOptions.DEFAULT);
    if (present.isPresent()) {
      return typed(put.unchanged(present.get()), type);
    }
    T ours = readBack(write, type);
    try {
      // Not a PutIfAbsent, which would read again.
      WriteOptions create = options
          .condition(WriteCondition.IF_ABSENT)
          .operation(options.operation().orElse(KVOperation.DEFAULT));
      KVMetadata stored = entries.apply(new Mutation.Put(new Write(key, write.value(), create)));
      return new SetDefaultResult<>(KVEntry.of(ours, stored), true);
    } catch (PreconditionFailedException e) {
      SetDefaultResult<RawValue> kept = entries.apply(put);
      return Objects.equals(kept.entry().value(), write.value())
          ? new SetDefaultResult<>(kept.entry().withValue(ours), kept.stored())
          : typed(kept, type);
    }
  }

  private <T> SetDefaultResult<T> typed(SetDefaultResult<RawValue> outcome, KVType<T> type) {
    return new SetDefaultResult<>(typed(outcome.entry(), type), outcome.stored());
  }

  /** Decodes the value before it is written, to refuse one that the caller could not read back. */
  private <T> @Nullable T readBack(Write write, KVType<T> type) {
    try {
      return codec.decode(write.key(), write.value(), type);
    } catch (TypeMismatchException e) {
      throw new InvalidInputException(
          ErrorCode.INVALID_VALUE,
          "The default of key '" + write.key() + "' cannot be stored: as " + e.storedType()
              + " it could not be read again as " + type + ": name another type with a KVType",
          e);
    }
  }

  @Override
  public BatchResult setMany(Map<String, ? extends @Nullable Object> values, BatchOptions options) {
    Objects.requireNonNull(values, "values");
    Map<String, RawValue> encoded = new LinkedHashMap<>();
    values.forEach((key, value) -> encoded.put(Names.checkKey(key), codec.encode(value)));
    return encoded.isEmpty()
        ? new BatchResult(0, 0)
        : entries.apply(new Mutation.Batch(encoded, options));
  }

  @Override
  public <T> Map<String, @Nullable T> getMany(
      Collection<String> keys, KVType<T> type, ReadOptions options) {
    Map<String, @Nullable T> values = new LinkedHashMap<>();
    findEntries(keys, type, options).forEach(entry -> values.put(entry.key(), entry.value()));
    return Collections.unmodifiableMap(values);
  }

  @Override
  public <T> List<KVEntry<T>> findEntries(
      Collection<String> keys, KVType<T> type, ReadOptions options) {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(options, "options");
    LinkedHashSet<String> wanted = new LinkedHashSet<>();
    Objects.requireNonNull(keys, "keys").forEach(key -> wanted.add(Names.checkKey(key)));
    Map<String, KVEntry<RawValue>> found = new HashMap<>();
    if (!wanted.isEmpty()) {
      entries.find(wanted, options).forEach(entry -> found.put(entry.key(), entry));
    }
    wanted.retainAll(found.keySet());
    return wanted.stream()
        .map(key -> typed(Objects.requireNonNull(found.get(key)), type))
        .toList();
  }

  @Override
  public <T> Map<String, @Nullable T> getAll(String prefix, KVType<T> type, ReadOptions options) {
    Map<String, @Nullable T> values = new LinkedHashMap<>();
    stream(KVQuery.prefix(prefix).limit(KVQuery.MAX_LIMIT), type, options)
        .forEach(entry -> values.put(entry.key(), entry.value()));
    return Collections.unmodifiableMap(values);
  }

  @Override
  public List<String> keys(String prefix, ReadOptions options) {
    return streamKeys(KVQuery.prefix(prefix).limit(KVQuery.MAX_LIMIT), options).toList();
  }

  @Override
  public Stream<String> streamKeys(KVQuery query, ReadOptions options) {
    return entries.stream(KeyRange.of(query), Projection.KEYS, query.limit(), options);
  }

  @Override
  public <T> Stream<KVEntry<T>> stream(KVQuery query, KVType<T> type, ReadOptions options) {
    Objects.requireNonNull(type, "type");
    return entries.stream(KeyRange.of(query), Projection.ENTRIES, query.limit(), options)
        .map(raw -> typed(raw, type));
  }

  @Override
  public KVPage<String> keys(KVQuery query, ReadOptions options) {
    return page(query, Projection.KEYS, options);
  }

  @Override
  public <T> KVPage<KVEntry<T>> entries(KVQuery query, KVType<T> type, ReadOptions options) {
    Objects.requireNonNull(type, "type");
    KVPage<KVEntry<RawValue>> page = page(query, Projection.ENTRIES, options);
    return new KVPage<>(page.items().stream().map(raw -> typed(raw, type)).toList(), page.next());
  }

  private <T> KVPage<T> page(KVQuery query, Projection<T> projection, ReadOptions options) {
    return entries.scan(
        KeyRange.of(query), projection, query.limit(), Objects.requireNonNull(options, "options"));
  }

  @Override
  public boolean delete(String key, WriteOptions options) {
    return entries.apply(new Mutation.Delete(Names.checkKey(key), options));
  }

  @Override
  public DeleteResult deleteMany(Collection<String> keys, DeleteOptions options) {
    Map<String, WriteCondition> conditions = new LinkedHashMap<>();
    Objects.requireNonNull(keys, "keys")
        .forEach(key -> conditions.put(Names.checkKey(key), WriteCondition.NONE));
    return new Deletion(entries, options).of(conditions);
  }

  @Override
  public DeleteResult deleteAll(String prefix, DeleteOptions options) {
    Objects.requireNonNull(options, "options");
    if (KVQuery.prefix(prefix).prefix().isEmpty()
        && !options.isDryRun()
        && options.fingerprint().isEmpty()) {
      throw new InvalidInputException(
          ErrorCode.INVALID_PARAMETER,
          "The prefix is empty, which stands for all entries of the store: make a dry run and pass"
              + " its fingerprint with DeleteOptions.ifMatch, or drop the store");
    }
    return new Deletion(entries, options).under(prefix);
  }

  @Override
  public ChangeReport copyMany(Collection<String> keys, KVStore to, CopyOptions options) {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(keys, "keys").forEach(Names::checkKey);
    EntryStore target = entriesOf(to);
    return RemotePair.of(entries, target)
        .map(pair -> pair.copy((remote, other) -> remote.copyMany(keys, other, options)))
        .orElseGet(() -> Copy.ofKeys(entries, keys, target, options, bytes -> {}));
  }

  @Override
  public ChangeReport copyAll(String prefix, KVStore to, CopyOptions options) {
    Objects.requireNonNull(options, "options");
    KVQuery.prefix(prefix); // checks it
    EntryStore target = entriesOf(to);
    return RemotePair.of(entries, target)
        .map(pair -> pair.copy((remote, other) -> remote.copyAll(prefix, other, options)))
        .orElseGet(() -> Copy.ofPrefix(entries, prefix, target, options, bytes -> {}));
  }

  @Override
  public <T> KVDifferences<T> differences(
      KVQuery query, KVStore with, String withPrefix, KVType<T> type) {
    Objects.requireNonNull(query, "query");
    Objects.requireNonNull(type, "type");
    KVQuery.prefix(withPrefix); // checks it
    EntryStore right = entriesOf(with);
    Differences differences = new Differences(
        entries,
        right,
        query.prefix(),
        withPrefix,
        ReadOptions.DEFAULT.bypassingCache(),
        bytes -> {});
    KVDifferences<RawValue> page = RemotePair.of(entries, right)
        .map(pair ->
            differences.read(pair.remoteOne().differences(query, pair.remoteOther(), withPrefix)))
        .orElseGet(() -> differences.page(List.of(KeyRange.of(query)), query.limit()));
    return new KVDifferences<>(
        page.items().stream()
            .map(item -> new KVDifferences.Item<>(
                item.key(),
                item.left().map(entry -> typed(entry, type)),
                item.right().map(entry -> typed(entry, type))))
            .toList(),
        page.same(),
        page.next());
  }

  private static EntryStore entriesOf(KVStore store) {
    if (Objects.requireNonNull(store, "store") instanceof TypedKVStore typed) {
      return typed.entries;
    }
    throw new IllegalArgumentException(
        store.getClass().getName() + " is not a store of a KVDatabase: pass one that is");
  }

  @Override
  public <T> @Nullable T update(
      String key, KVType<T> type, UnaryOperator<@Nullable T> function, WriteOptions options) {
    Objects.requireNonNull(type, "type");
    return new Update<>(
            this, key, freshness -> findEntry(key, type, freshness), function, null, options)
        .run();
  }

  @Override
  public long increment(String key, long by, WriteOptions options) {
    KVEntry<RawValue> sum = entries.apply(new Mutation.Add(Names.checkKey(key), by, options));
    return BsonValues.wholeNumber(Objects.requireNonNull(sum.value())).orElseThrow();
  }

  @Override
  public <T> KVItem<T> item(String key, KVType<T> type) {
    return new TypedItem<>(this, Names.checkKey(key), type);
  }

  @Override
  public <T> KVBinding<T> bind(String prefix, Class<T> type, BindOptions<T> options) {
    return Binding.of(prefix, type, options, entries, codec, watches);
  }

  @Override
  public KVSubscription watch(String key, KVWatcher watcher, WatchOptions options) {
    return watches.watch(Interest.key(Names.checkKey(key)), watcher, options, this::typed);
  }

  @Override
  public KVSubscription watchAll(String prefix, KVWatcher watcher, WatchOptions options) {
    return watches.watch(Interest.prefix(prefix), watcher, options, this::typed);
  }

  <T> KVSubscription onChange(
      String key,
      Function<ReadOptions, Optional<KVEntry<T>>> reader,
      @Nullable T fallback,
      Consumer<? super KVItemChange<T>> listener) {
    return watches.onChange(key, reader, fallback, listener);
  }

  @Override
  public SyncToken syncToken() {
    return entries.syncToken();
  }

  @Override
  public Optional<KVCache> cache() {
    return entries.capability(KVCache.class);
  }

  @Override
  public KVHistory history() {
    return new TypedHistory(entries, codec);
  }

  @Override
  public void close() {
    closed = true;
    Closing.all(watches::close, entries::close, afterClose);
  }

  /**
   * Returns the decoded value of a cached entry. If it is not decoded yet, decodes it and keeps it
   * for later readers.
   */
  @SuppressWarnings("unchecked") // it was read as this type
  private <T> KVEntry<T> decoded(CachedEntry held, KVEntry<RawValue> raw, KVType<T> type) {
    Object earlier = held.valueAs(type);
    if (earlier != null) {
      return raw.withValue((T) earlier);
    }
    KVEntry<T> entry = typed(raw, type);
    T value = entry.value();
    if (value != null && Sharing.isSafe(value)) {
      held.keep(type, value, 0);
    }
    return entry;
  }

  private static <T> KVEntry<T> present(String key, Optional<KVEntry<T>> entry) {
    return entry.orElseThrow(() -> new KeyNotFoundException(key));
  }

  private <T> KVEntry<T> typed(KVEntry<RawValue> raw, KVType<T> type) {
    RawValue value = Objects.requireNonNull(raw.value());
    return raw.withValue(codec.decode(raw.key(), value, type));
  }
}
