package dev.kvstore;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A typed key-value store. Each write is atomic and durable before it returns.
 *
 * <p><b>Lifetime.</b> Thread-safe; open one per process and share it. {@link #close()} is
 * idempotent; afterwards every other call except {@link #name()} throws {@link KVException} with
 * {@link ErrorCode#CLOSED}.
 *
 * <p><b>Blocking.</b> Every method may reach the database and blocks for up to the store's time
 * limit, by default 15 seconds on MongoDB and 5 on a file. It then throws
 * {@link UnavailableException}, or {@link OutcomeUnknownException} for a write that may have
 * happened.
 *
 * <p><b>Keys</b> follow the rules of {@link Names#checkKey}; every method throws
 * {@link InvalidInputException} for an invalid key. Keys are ordered by their UTF-8 bytes.
 *
 * <p><b>Absence.</b> An expired entry is absent. A stored null is a value: the key is present.
 *
 * <p><b>Types.</b> Reading a value as a type that cannot hold it without loss throws
 * {@link TypeMismatchException}. Returned containers are unmodifiable. Tools that do not know the
 * types use {@link dev.kvstore.spi.RawValue}.
 */
public interface KVStore extends AutoCloseable {
  /** Returns the store's name, also after {@link #close()}. */
  String name();

  /**
   * Returns the value, or null if a null is stored.
   *
   * @throws KeyNotFoundException if there is no entry
   */
  default <T> @Nullable T get(String key, Class<T> type) {
    return get(key, KVType.of(type));
  }

  /** Like {@link #get(String, Class)}, for generic and lenient types. */
  <T> @Nullable T get(String key, KVType<T> type);

  /**
   * Like {@link #get(String, Class)}, at least as fresh as the options require.
   *
   * @throws KeyNotFoundException if there is no entry
   */
  default <T> @Nullable T get(String key, Class<T> type, ReadOptions options) {
    return get(key, KVType.of(type), options);
  }

  /** Like {@link #get(String, Class, ReadOptions)}, for generic and lenient types. */
  default <T> @Nullable T get(String key, KVType<T> type, ReadOptions options) {
    return entry(key, type, options).value();
  }

  /** Returns the value; empty if absent or null, which {@link #findEntry} distinguishes. */
  default <T> Optional<T> find(String key, Class<T> type) {
    return find(key, KVType.of(type));
  }

  /** Like {@link #find(String, Class)}, for generic and lenient types. */
  default <T> Optional<T> find(String key, KVType<T> type) {
    return find(key, type, ReadOptions.DEFAULT);
  }

  /** Like {@link #find(String, Class)}, at least as fresh as the options require. */
  default <T> Optional<T> find(String key, Class<T> type, ReadOptions options) {
    return find(key, KVType.of(type), options);
  }

  /** Like {@link #find(String, Class, ReadOptions)}, for generic and lenient types. */
  default <T> Optional<T> find(String key, KVType<T> type, ReadOptions options) {
    return findEntry(key, type, options).map(KVEntry::value);
  }

  /**
   * Returns the value, or {@code fallback} if there is no entry; null if a null is stored. The
   * fallback is not stored. The value is read as the type of the fallback, see
   * {@link KVType#ofValue}.
   */
  default <T> @Nullable T getOrDefault(String key, T fallback) {
    Objects.requireNonNull(fallback, "fallback is null: name its type with a KVType");
    return getOrDefault(key, KVType.ofValue(fallback), fallback);
  }

  /**
   * Like {@link #getOrDefault(String, Object)}, for a type that cannot be derived from the
   * fallback.
   */
  default <T> @Nullable T getOrDefault(String key, KVType<T> type, T fallback) {
    return getOrDefault(key, type, fallback, ReadOptions.DEFAULT);
  }

  /** Like {@link #getOrDefault(String, Object)}, at least as fresh as the options require. */
  default <T> @Nullable T getOrDefault(
      String key, KVType<T> type, T fallback, ReadOptions options) {
    Objects.requireNonNull(fallback, "fallback");
    Optional<KVEntry<T>> entry = findEntry(key, type, options);
    return entry.isPresent() ? entry.get().value() : fallback;
  }

  /**
   * Returns the value with its version, etag, times and author.
   *
   * @throws KeyNotFoundException if there is no entry
   */
  default <T> KVEntry<T> entry(String key, Class<T> type) {
    return entry(key, KVType.of(type));
  }

  /** Like {@link #entry(String, Class)}, for generic and lenient types. */
  default <T> KVEntry<T> entry(String key, KVType<T> type) {
    return entry(key, type, ReadOptions.DEFAULT);
  }

  /** Like {@link #entry(String, Class)}, at least as fresh as the options require. */
  default <T> KVEntry<T> entry(String key, Class<T> type, ReadOptions options) {
    return entry(key, KVType.of(type), options);
  }

  /** Like {@link #entry(String, Class, ReadOptions)}, for generic and lenient types. */
  default <T> KVEntry<T> entry(String key, KVType<T> type, ReadOptions options) {
    return findEntry(key, type, options).orElseThrow(() -> new KeyNotFoundException(key));
  }

  /** Like {@link #entry(String, Class)}, but empty if there is no entry. */
  default <T> Optional<KVEntry<T>> findEntry(String key, Class<T> type) {
    return findEntry(key, KVType.of(type));
  }

  /** Like {@link #findEntry(String, Class)}, for generic and lenient types. */
  default <T> Optional<KVEntry<T>> findEntry(String key, KVType<T> type) {
    return findEntry(key, type, ReadOptions.DEFAULT);
  }

  /** Like {@link #findEntry(String, Class)}, at least as fresh as the options require. */
  default <T> Optional<KVEntry<T>> findEntry(String key, Class<T> type, ReadOptions options) {
    return findEntry(key, KVType.of(type), options);
  }

  /** Like {@link #findEntry(String, Class, ReadOptions)}, for generic and lenient types. */
  <T> Optional<KVEntry<T>> findEntry(String key, KVType<T> type, ReadOptions options);

  /** Returns true if there is an entry. */
  default boolean has(String key) {
    return has(key, ReadOptions.DEFAULT);
  }

  /** Like {@link #has(String)}, at least as fresh as the options require. */
  boolean has(String key, ReadOptions options);

  /**
   * Stores the value, replacing any entry and clearing its expiry. Returns the new metadata; keep
   * its etag for a later compare-and-set.
   *
   * @throws InvalidInputException if the value is too large, too deep or cannot be stored without
   *     loss
   */
  default KVMetadata set(String key, @Nullable Object value) {
    return set(key, value, WriteOptions.DEFAULT);
  }

  /**
   * Like {@link #set(String, Object)}, with a condition, a time to live or an author.
   *
   * @throws PreconditionFailedException if the condition does not hold; nothing was written
   */
  KVMetadata set(String key, @Nullable Object value, WriteOptions options);

  /**
   * Stores the value if there is no entry, and returns the value that is stored now, which may be
   * null. Atomic: of several concurrent calls exactly one stores, and all return its value. Writes
   * nothing if there is an entry. The result is read as the type of the given value, see
   * {@link KVType#ofValue}.
   *
   * @throws InvalidInputException if the value cannot be stored or could not be read back as that
   *     type; nothing is stored
   */
  default <T> @Nullable T setDefault(String key, T value) {
    Objects.requireNonNull(value, "value is null: name its type with a KVType");
    return setDefault(key, KVType.ofValue(value), value);
  }

  /**
   * Like {@link #setDefault(String, Object)}, for null, and for a type that cannot be derived from
   * the value.
   */
  default <T> @Nullable T setDefault(String key, KVType<T> type, @Nullable T value) {
    return setDefault(key, type, value, WriteOptions.DEFAULT).value();
  }

  /**
   * Like {@link #setDefault(String, KVType, Object)}, with a time to live, an author or an etag for
   * a new entry. Returns the entry and whether this call stored it.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the options have a
   *     condition other than {@link WriteCondition#IF_ABSENT}
   */
  <T> SetDefaultResult<T> setDefault(
      String key, KVType<T> type, @Nullable T value, WriteOptions options);

  /**
   * Stores all values, each key independently: a reader may see some of them before the others, and
   * after an error some may have been stored. Returns the number of keys created and replaced.
   *
   * <p>On MongoDB and over HTTP the time limit applies to each 1,000 keys, not to the whole call.
   * {@link KVException#batchOutcome()} reports for each key whether it was written. If any key may
   * have been written, an {@link OutcomeUnknownException} is thrown instead of an
   * {@link UnavailableException}.
   */
  default BatchResult setMany(Map<String, ? extends @Nullable Object> values) {
    return setMany(values, BatchOptions.DEFAULT);
  }

  /**
   * Like {@link #setMany(Map)}, with options.
   *
   * @throws AtomicNotSupportedException if the options ask for an atomic batch and the database has
   *     no transactions; nothing was written
   */
  BatchResult setMany(Map<String, ? extends @Nullable Object> values, BatchOptions options);

  /**
   * Returns the values of the keys that have an entry, in the order of {@code keys}. The map is
   * unmodifiable; a stored null is a null value. Not a snapshot: the keys are read one by one or in
   * groups.
   */
  default <T> Map<String, @Nullable T> getMany(Collection<String> keys, Class<T> type) {
    return getMany(keys, KVType.of(type));
  }

  /** Like {@link #getMany(Collection, Class)}, for generic and lenient types. */
  default <T> Map<String, @Nullable T> getMany(Collection<String> keys, KVType<T> type) {
    return getMany(keys, type, ReadOptions.DEFAULT);
  }

  /** Like {@link #getMany(Collection, Class)}, each at least as fresh as the options require. */
  default <T> Map<String, @Nullable T> getMany(
      Collection<String> keys, Class<T> type, ReadOptions options) {
    return getMany(keys, KVType.of(type), options);
  }

  /** Like {@link #getMany(Collection, Class, ReadOptions)}, for generic and lenient types. */
  <T> Map<String, @Nullable T> getMany(
      Collection<String> keys, KVType<T> type, ReadOptions options);

  /**
   * Returns the entries of those keys that have one, in the order of {@code keys}, each at least as
   * fresh as the options require. Not a snapshot: the keys are read one by one or in groups.
   *
   * @since 0.1.0
   */
  <T> List<KVEntry<T>> findEntries(Collection<String> keys, KVType<T> type, ReadOptions options);

  /**
   * Returns the values of all keys that begin with the prefix, in key order; the empty prefix
   * matches all keys. The map is unmodifiable; a stored null is a null value. Not a snapshot: it is
   * read page by page. The result is held in memory; use {@link #stream(String, KVType)} for large
   * stores.
   */
  default <T> Map<String, @Nullable T> getAll(String prefix, Class<T> type) {
    return getAll(prefix, KVType.of(type));
  }

  /** Like {@link #getAll(String, Class)}, for generic and lenient types. */
  default <T> Map<String, @Nullable T> getAll(String prefix, KVType<T> type) {
    return getAll(prefix, type, ReadOptions.DEFAULT);
  }

  /** Like {@link #getAll(String, Class)}, each at least as fresh as the options require. */
  default <T> Map<String, @Nullable T> getAll(String prefix, Class<T> type, ReadOptions options) {
    return getAll(prefix, KVType.of(type), options);
  }

  /** Like {@link #getAll(String, Class, ReadOptions)}, for generic and lenient types. */
  <T> Map<String, @Nullable T> getAll(String prefix, KVType<T> type, ReadOptions options);

  /**
   * Returns the entries whose keys begin with the prefix, in key order; the empty prefix matches
   * all keys. Pages are read while the stream is consumed, so it needs little memory. Not a
   * snapshot: it may or may not reflect concurrent writes. It need not be closed. Consuming it
   * throws what {@link #entries} throws.
   *
   * <pre>{@code
   * store.stream("ui.", String.class).filter(entry -> entry.value().isBlank()).findFirst();
   * }</pre>
   *
   * @since 0.1.0
   */
  default <T> Stream<KVEntry<T>> stream(String prefix, Class<T> type) {
    return stream(prefix, KVType.of(type));
  }

  /** Like {@link #stream(String, Class)}, for generic and lenient types. */
  default <T> Stream<KVEntry<T>> stream(String prefix, KVType<T> type) {
    return stream(KVQuery.prefix(prefix).limit(KVQuery.MAX_LIMIT), type, ReadOptions.DEFAULT);
  }

  /**
   * Like {@link #stream(String, Class)}, for the entries of this and all following pages of the
   * query, each at least as fresh as the options require.
   */
  <T> Stream<KVEntry<T>> stream(KVQuery query, KVType<T> type, ReadOptions options);

  /** Like {@link #stream(String, Class)}, for the keys alone. */
  default Stream<String> streamKeys(String prefix) {
    return streamKeys(KVQuery.prefix(prefix).limit(KVQuery.MAX_LIMIT), ReadOptions.DEFAULT);
  }

  /** Like {@link #stream(KVQuery, KVType, ReadOptions)}, for the keys alone. */
  Stream<String> streamKeys(KVQuery query, ReadOptions options);

  /** Returns all keys in order, in memory; see {@link #streamKeys(String)} for large stores. */
  default List<String> keys() {
    return keys("");
  }

  /** Returns the keys that begin with the prefix, in order. */
  default List<String> keys(String prefix) {
    return keys(prefix, ReadOptions.DEFAULT);
  }

  /** Like {@link #keys(String)}, at least as fresh as the options require. */
  List<String> keys(String prefix, ReadOptions options);

  /** Returns one page of keys. */
  default KVPage<String> keys(KVQuery query) {
    return keys(query, ReadOptions.DEFAULT);
  }

  /** Like {@link #keys(KVQuery)}, at least as fresh as the options require. */
  KVPage<String> keys(KVQuery query, ReadOptions options);

  /** Returns one page of entries. */
  default <T> KVPage<KVEntry<T>> entries(KVQuery query, KVType<T> type) {
    return entries(query, type, ReadOptions.DEFAULT);
  }

  /** Like {@link #entries(KVQuery, KVType)}, each at least as fresh as the options require. */
  <T> KVPage<KVEntry<T>> entries(KVQuery query, KVType<T> type, ReadOptions options);

  /** Deletes the entry. Returns true if there was one. */
  default boolean delete(String key) {
    return delete(key, WriteOptions.DEFAULT);
  }

  /**
   * Like {@link #delete(String)}, with a condition. A time to live is ignored.
   *
   * @throws PreconditionFailedException if the condition does not hold; nothing was deleted
   */
  boolean delete(String key, WriteOptions options);

  /** Like {@link #deleteMany(Collection, DeleteOptions)}, each key independently. */
  default DeleteResult deleteMany(Collection<String> keys) {
    return deleteMany(keys, DeleteOptions.DEFAULT);
  }

  /**
   * Deletes the entries of these keys and returns the keys that had one. An entry that is written
   * concurrently is deleted, too.
   *
   * <p>The time limit applies to each 1,000 keys, unless the deletion is atomic. After an
   * {@link OutcomeUnknownException} some entries may have been deleted; it is safe to delete the
   * same keys again. Over HTTP, a deletion that is atomic or has a fingerprint is limited to 10,000
   * entries.
   *
   * @throws PreconditionFailedException if the entries do not match the options; nothing was
   *     deleted
   * @throws AtomicNotSupportedException if the options ask for an atomic deletion and the database
   *     has no transactions; nothing was deleted
   * @since 0.1.0
   */
  DeleteResult deleteMany(Collection<String> keys, DeleteOptions options);

  /** Like {@link #deleteAll(String, DeleteOptions)}, each key independently. */
  default DeleteResult deleteAll(String prefix) {
    return deleteAll(prefix, DeleteOptions.DEFAULT);
  }

  /**
   * Like {@link #deleteMany(Collection, DeleteOptions)}, for all keys that begin with the prefix. A
   * key created concurrently may be kept.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the prefix is empty,
   *     which matches all keys, and the options have no {@linkplain DeleteOptions#ifMatch
   *     fingerprint}; see also {@link KVDatabase#drop}
   * @since 0.1.0
   */
  DeleteResult deleteAll(String prefix, DeleteOptions options);

  /** As {@link #copyMany(Collection, KVStore, CopyOptions)}, with the same keys. */
  default ChangeReport copyMany(Collection<String> keys, KVStore to) {
    return copyMany(keys, to, CopyOptions.DEFAULT);
  }

  /**
   * Copies the entries of those keys that have one, as {@link #copyAll(String, KVStore,
   * CopyOptions)}. {@link CopyOptions#toPrefix} is put before each key.
   *
   * @since 0.1.0
   */
  ChangeReport copyMany(Collection<String> keys, KVStore to, CopyOptions options);

  /** As {@link #copyAll(String, KVStore, CopyOptions)}, with the same keys. */
  default ChangeReport copyAll(String prefix, KVStore to) {
    return copyAll(prefix, to, CopyOptions.DEFAULT);
  }

  /**
   * Copies or moves all entries whose keys begin with the prefix to another store, also one of
   * another database, or to other keys of this store. The copies have the types and the expiries of
   * the entries; entries that are the same already are not written. All entries are read before one
   * is written.
   *
   * <p>Atomic for each store if its database has transactions; otherwise an entry that changes
   * meanwhile is reported as failed and stays. The history records {@link KVOperation#COPY} and
   * where each value came from; of a copy from one service to another it records a set. An entry
   * that is moved is recorded as deleted where it was.
   *
   * @param to a store of a {@link KVDatabase}, which may be this one
   * @return what was written, by the keys of the copies, and what a move deleted, by the old keys
   * @throws PreconditionFailedException if the options have a fingerprint that does not match;
   *     nothing was written
   * @throws InvalidInputException if a copy would have an invalid key, for example a too long one;
   *     with {@link ErrorCode#TOO_LARGE} if more than 10,000 entries or 64 MiB would change;
   *     nothing was written
   * @throws OutcomeUnknownException if only a part may have been written; it is safe to copy or
   *     move the same again
   * @since 0.1.0
   */
  ChangeReport copyAll(String prefix, KVStore to, CopyOptions options);

  /** As {@link #differences(KVQuery, KVStore, String, KVType)}, with the same prefix in both. */
  default <T> KVDifferences<T> differences(KVQuery query, KVStore with, KVType<T> type) {
    Objects.requireNonNull(query, "query");
    return differences(query, with, query.prefix(), type);
  }

  /**
   * Returns one page of the keys whose values or types differ between this store and another one.
   * Reads from the databases; not a snapshot. Metadata and expiries are not compared. A page ends
   * after 10,000 compared keys at the latest.
   *
   * <pre>{@code
   * KVType<RawValue> any = RawValue.TYPE;
   * boolean same = staging.differences(KVQuery.ALL, production, any).items().isEmpty();
   * }</pre>
   *
   * @param query which entries of this store to compare
   * @param with a store of a {@link KVDatabase}, which may be this one
   * @param withPrefix stands in its keys where the keys of this store have the query's prefix
   * @throws TypeMismatchException if a value is of another type
   * @since 0.1.0
   */
  <T> KVDifferences<T> differences(KVQuery query, KVStore with, String withPrefix, KVType<T> type);

  /**
   * Replaces the value with the result of the function, atomically, and returns the new value. The
   * function may be called several times and must have no side effects. Clears an expiry, as
   * {@link #set(String, Object)} does.
   *
   * @throws KeyNotFoundException if there is no entry
   * @throws KVException with {@link ErrorCode#CONFLICT} if others kept changing the key
   */
  default <T> @Nullable T update(String key, Class<T> type, UnaryOperator<@Nullable T> function) {
    return update(key, KVType.of(type), function);
  }

  /** Like {@link #update(String, Class, UnaryOperator)}, for generic and lenient types. */
  default <T> @Nullable T update(String key, KVType<T> type, UnaryOperator<@Nullable T> function) {
    return update(key, type, function, WriteOptions.DEFAULT);
  }

  /**
   * Like {@link #update(String, Class, UnaryOperator)}, with a condition, a time to live or an
   * author. To keep the entry's expiry, pass {@link WriteOptions#keepingExpiry()}. The condition is
   * checked before each call of the function, against the entry that the function gets.
   *
   * @throws PreconditionFailedException if the condition does not hold; nothing was written
   */
  default <T> @Nullable T update(
      String key, Class<T> type, UnaryOperator<@Nullable T> function, WriteOptions options) {
    return update(key, KVType.of(type), function, options);
  }

  /**
   * Like {@link #update(String, Class, UnaryOperator, WriteOptions)}, for generic and lenient
   * types.
   */
  <T> @Nullable T update(
      String key, KVType<T> type, UnaryOperator<@Nullable T> function, WriteOptions options);

  /** Adds one to a whole number, see {@link #increment(String, long)}. */
  default long increment(String key) {
    return increment(key, 1);
  }

  /**
   * Adds to a whole number, atomically in the database, and returns the sum. An absent entry counts
   * as 0. Keeps an expiry.
   *
   * @throws TypeMismatchException if the stored value is not a whole number, or the sum would not
   *     fit into 64 bits; nothing was changed
   */
  default long increment(String key, long by) {
    return increment(key, by, WriteOptions.DEFAULT);
  }

  /**
   * Like {@link #increment(String, long)}, with a condition or an author. A time to live applies to
   * a new entry; an existing entry keeps its expiry.
   *
   * @throws PreconditionFailedException if the condition does not hold; nothing was changed
   */
  long increment(String key, long by, WriteOptions options);

  /** Returns the key as a typed item. Create it once and keep it. Does not reach the database. */
  default <T> KVItem<T> item(String key, Class<T> type) {
    return item(key, KVType.of(type));
  }

  /** Like {@link #item(String, Class)}, for generic and lenient types. */
  <T> KVItem<T> item(String key, KVType<T> type);

  /** Like {@link #bind(String, Class, BindOptions)}, with defaults and rules of the type alone. */
  default <T> KVBinding<T> bind(String prefix, Class<T> type) {
    return bind(prefix, type, BindOptions.none());
  }

  /**
   * Returns the settings below a prefix as one object that follows the stored entries. They are
   * read before this method returns, and again after every change. Over a custom {@code EntryStore}
   * without a change feed they are read every 5 seconds.
   *
   * <p><b>Types.</b> A record, or an interface with accessor methods, which is implemented by an
   * immutable instance. With the prefix {@code http}, the component {@code maxRetries} is read from
   * the key {@code http.maxRetries}, or from another spelling of the same words, such as
   * {@code http.max-retries}; {@link KVName} gives it another name. The prefixes {@code get} and
   * {@code is} of methods are dropped: {@code getMaxRetries()} is {@code maxRetries},
   * {@code getURL()} is {@code url}. A component that is itself such a type, or an {@code Optional}
   * of one, has its keys below its own: {@code http.tls.certificate}. The separator is the
   * {@code .} or {@code /} that the prefix ends with, and {@code .} otherwise; the empty prefix
   * binds the whole store. All other components are read as {@link #get(String, KVType)} reads
   * their type, with units as in {@link Durations} and {@link ByteSize}.
   *
   * <p><b>Containers.</b> A list or array is stored under its key, or element by element:
   * {@code http.hosts[0]}, {@code http.servers[0].port}. A map is filled from the keys below its
   * own, {@code http.limits.red}, and from a document under its own.
   *
   * <p><b>Documents.</b> A document stored under {@code http} or {@code http.tls} fills the object
   * of that name, member by member. If several places define a setting, the longest key wins:
   * {@code http.tls.certificate}, then {@code certificate} in {@code http.tls}, then
   * {@code tls.certificate} in {@code http}. Classes with Jackson annotations, and types nested in
   * themselves, are read as one value.
   *
   * <p><b>Unknown names.</b> Keys and document members that the type does not have are ignored, at
   * any depth, so that a newer version of the application can add some.
   * {@link KVBinding#unreadKeys()} lists them. ({@code get} refuses unknown members.)
   *
   * <p><b>Absence.</b> A setting that is not stored takes, in this order: the default in the
   * options, {@link KVDefault}, the default method of the interface, an empty {@code Optional},
   * null if the component is {@code @Nullable}. A group that is {@code Optional} or
   * {@code @Nullable} is absent while none of its settings is stored; an empty document stored
   * under its key creates a group of defaults. Anything else that is missing is a problem, and so
   * is a stored null for a component that is neither {@code Optional} nor {@code @Nullable}.
   *
   * <p><b>Consistency.</b> The keys are read repeatedly until two consecutive reads agree. So every
   * object holds values that were stored together at one moment, and all or none of an atomic
   * {@link #setMany}. (A key that is created and deleted again between two reads can be missed.)
   * While the keys change faster than they can be read twice, the settings stay as they are.
   * Expired values disappear eventually.
   *
   * <p><b>Problems.</b> All are reported at once, including exceptions of a record's constructor,
   * with their message if it quotes no value. If the stored settings become invalid later, the last
   * valid object stays, see {@link KVBinding#problems()} and {@link KVBindingListener#invalid}.
   * Each problem is logged once, without values. A store that cannot be read is read again every
   * second.
   *
   * @throws BindingFailedException if the stored settings cannot be bound to the type
   * @throws IllegalArgumentException if the type or the options can never be bound
   * @throws UnavailableException if the store cannot be read
   * @throws KVException with {@link ErrorCode#CONFLICT} if others kept changing the keys
   */
  <T> KVBinding<T> bind(String prefix, Class<T> type, BindOptions<T> options);

  /** Like {@link #watch(String, KVWatcher, WatchOptions)}, from now on. */
  default KVSubscription watch(String key, KVWatcher watcher) {
    return watch(key, watcher, WatchOptions.DEFAULT);
  }

  /**
   * Reports every change of the key, by any process, until the subscription or this store is
   * closed. Does not block: the watcher gets {@link KVWatcher#ready} first, then every change at
   * least once, or a {@link KVWatcher#reset}. On SQLite a watch can resume at any of the last
   * 32,768 changes since the file was opened. A standalone MongoDB does not report changes, so the
   * versions of watched keys are polled, see
   * {@link dev.kvstore.mongo.MongoSettings#withPollingInterval}: of several changes between two
   * polls only the last is reported, and a manual change that leaves the version unchanged is
   * missed. {@link KVItem#onChange} reports values.
   *
   * @throws UnsupportedOperationException if the store has no change feed
   */
  KVSubscription watch(String key, KVWatcher watcher, WatchOptions options);

  /** Like {@link #watchAll(String, KVWatcher, WatchOptions)}, from now on. */
  default KVSubscription watchAll(String prefix, KVWatcher watcher) {
    return watchAll(prefix, watcher, WatchOptions.DEFAULT);
  }

  /**
   * Like {@link #watch(String, KVWatcher, WatchOptions)}, for all keys that begin with the prefix;
   * the empty prefix matches all keys.
   */
  KVSubscription watchAll(String prefix, KVWatcher watcher, WatchOptions options);

  /**
   * Returns a point in the history of the database that includes all writes and reads of this
   * object. Pass it to {@link ReadOptions#atLeast}, in any process, to read nothing older.
   * {@link SyncToken#START} if the database has no such history, like a standalone MongoDB. Does
   * not reach the database.
   */
  SyncToken syncToken();

  /** Returns the near-cache of this store; empty if it has none. */
  Optional<KVCache> cache();

  /**
   * Returns the history of this store. Does not reach the database.
   *
   * @since 0.1.0
   */
  KVHistory history();

  /** Closes everything that was opened with this store, but not what the caller passed in. */
  @Override
  void close();
}
