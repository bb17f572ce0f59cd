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
 * A typed key-value store: entries under unique keys, each written atomically and durable before
 * the write returns.
 *
 * <p><b>Lifetime.</b> Thread-safe; open one per process and share it. {@link #close()} may be
 * called more than once; every other call after it, except {@link #name()}, throws
 * {@link KVException} with {@link ErrorCode#CLOSED}.
 *
 * <p><b>Blocking.</b> Every method may reach the database and blocks for as long as the store's
 * time limit, by default 15 seconds on MongoDB and 5 on a file; then it throws
 * {@link UnavailableException}, or {@link OutcomeUnknownException} for a write whose fate could not
 * be found out.
 *
 * <p><b>Keys</b> follow the rules of {@link Names#checkKey}; every method throws
 * {@link InvalidInputException} for a key that does not. Keys are listed in the order of their
 * UTF-8 bytes.
 *
 * <p><b>Absence.</b> An expired entry is absent in every respect. A stored null is a value: the key
 * is present.
 *
 * <p><b>Types.</b> Reading into a type that would lose something throws
 * {@link TypeMismatchException}. Containers that are read come back unmodifiable. Tools that know
 * no types read and write {@link dev.kvstore.spi.RawValue}.
 */
public interface KVStore extends AutoCloseable {
  /** Returns the store's name, also after {@link #close()}. */
  String name();

  /**
   * Returns the value, or null where a null is stored.
   *
   * @throws KeyNotFoundException if there is no entry
   */
  default <T> @Nullable T get(String key, Class<T> type) {
    return get(key, KVType.of(type));
  }

  /** As {@link #get(String, Class)}, for generic and lenient types. */
  <T> @Nullable T get(String key, KVType<T> type);

  /**
   * As {@link #get(String, Class)}, not older than the options demand.
   *
   * @throws KeyNotFoundException if there is no entry
   */
  default <T> @Nullable T get(String key, Class<T> type, ReadOptions options) {
    return get(key, KVType.of(type), options);
  }

  /** As {@link #get(String, Class, ReadOptions)}, for generic and lenient types. */
  default <T> @Nullable T get(String key, KVType<T> type, ReadOptions options) {
    return entry(key, type, options).value();
  }

  /**
   * Returns the value; empty where there is no entry or a null is stored, which {@link #findEntry}
   * tells apart.
   */
  default <T> Optional<T> find(String key, Class<T> type) {
    return find(key, KVType.of(type));
  }

  /** As {@link #find(String, Class)}, for generic and lenient types. */
  default <T> Optional<T> find(String key, KVType<T> type) {
    return find(key, type, ReadOptions.DEFAULT);
  }

  /** As {@link #find(String, Class)}, not older than the options demand. */
  default <T> Optional<T> find(String key, Class<T> type, ReadOptions options) {
    return find(key, KVType.of(type), options);
  }

  /** As {@link #find(String, Class, ReadOptions)}, for generic and lenient types. */
  default <T> Optional<T> find(String key, KVType<T> type, ReadOptions options) {
    return findEntry(key, type, options).map(KVEntry::value);
  }

  /**
   * Returns the value, or {@code fallback} where there is no entry; null where a null is stored.
   * Nothing is stored. The value is read as the type of the fallback, see {@link KVType#ofValue}.
   */
  default <T> @Nullable T getOrDefault(String key, T fallback) {
    Objects.requireNonNull(fallback, "fallback is null: name its type with a KVType");
    return getOrDefault(key, KVType.ofValue(fallback), fallback);
  }

  /** As {@link #getOrDefault(String, Object)}, for a type that cannot be told from the fallback. */
  default <T> @Nullable T getOrDefault(String key, KVType<T> type, T fallback) {
    return getOrDefault(key, type, fallback, ReadOptions.DEFAULT);
  }

  /** As {@link #getOrDefault(String, Object)}, not older than the options demand. */
  default <T> @Nullable T getOrDefault(
      String key, KVType<T> type, T fallback, ReadOptions options) {
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

  /** As {@link #entry(String, Class)}, for generic and lenient types. */
  default <T> KVEntry<T> entry(String key, KVType<T> type) {
    return entry(key, type, ReadOptions.DEFAULT);
  }

  /** As {@link #entry(String, Class)}, not older than the options demand. */
  default <T> KVEntry<T> entry(String key, Class<T> type, ReadOptions options) {
    return entry(key, KVType.of(type), options);
  }

  /** As {@link #entry(String, Class, ReadOptions)}, for generic and lenient types. */
  default <T> KVEntry<T> entry(String key, KVType<T> type, ReadOptions options) {
    return findEntry(key, type, options).orElseThrow(() -> new KeyNotFoundException(key));
  }

  /** As {@link #entry(String, Class)}, but empty where there is no entry. */
  default <T> Optional<KVEntry<T>> findEntry(String key, Class<T> type) {
    return findEntry(key, KVType.of(type));
  }

  /** As {@link #findEntry(String, Class)}, for generic and lenient types. */
  default <T> Optional<KVEntry<T>> findEntry(String key, KVType<T> type) {
    return findEntry(key, type, ReadOptions.DEFAULT);
  }

  /** As {@link #findEntry(String, Class)}, not older than the options demand. */
  default <T> Optional<KVEntry<T>> findEntry(String key, Class<T> type, ReadOptions options) {
    return findEntry(key, KVType.of(type), options);
  }

  /** As {@link #findEntry(String, Class, ReadOptions)}, for generic and lenient types. */
  <T> Optional<KVEntry<T>> findEntry(String key, KVType<T> type, ReadOptions options);

  /** Returns true if there is an entry. */
  default boolean has(String key) {
    return has(key, ReadOptions.DEFAULT);
  }

  /** As {@link #has(String)}, not older than the options demand. */
  boolean has(String key, ReadOptions options);

  /**
   * Stores the value, whatever was there before; an earlier expiry is cleared. Returns the new
   * version, whose etag is what a later compare-and-set needs.
   *
   * @throws InvalidInputException if the value is too large, too deep or cannot be stored without
   *     loss
   */
  default KVMetadata set(String key, @Nullable Object value) {
    return set(key, value, WriteOptions.DEFAULT);
  }

  /**
   * As {@link #set(String, Object)}, with a condition, a time to live or an author.
   *
   * @throws PreconditionFailedException if the condition does not hold; nothing was written
   */
  KVMetadata set(String key, @Nullable Object value, WriteOptions options);

  /**
   * Stores the value if there is no entry, and returns what is stored then, null where that is a
   * null. Atomic: of many that race exactly one stores, and all return its value. Where the key is
   * kept nothing is written. What is kept is read as the type of the given value, see
   * {@link KVType#ofValue}.
   *
   * @throws InvalidInputException if the value cannot be stored, or could not be read again as that
   *     type; nothing is stored
   */
  default <T> @Nullable T setDefault(String key, T value) {
    Objects.requireNonNull(value, "value is null: name its type with a KVType");
    return setDefault(key, KVType.ofValue(value), value);
  }

  /**
   * As {@link #setDefault(String, Object)}, for a type that cannot be told from the value, and for
   * null.
   */
  default <T> @Nullable T setDefault(String key, KVType<T> type, @Nullable T value) {
    return setDefault(key, type, value, WriteOptions.DEFAULT).value();
  }

  /**
   * As {@link #setDefault(String, KVType, Object)}, with a time to live, an author or an etag for
   * an entry that this call stores. Returns the entry and whether this call stored it.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the options have
   *     another condition than {@link WriteCondition#IF_ABSENT}
   */
  <T> SetDefaultResult<T> setDefault(
      String key, KVType<T> type, @Nullable T value, WriteOptions options);

  /**
   * Stores all these values, each key for itself: a reader may see some of them before the others,
   * and after an error some may have been stored. Returns how many keys were created and how many
   * replaced.
   *
   * <p>On MongoDB and over HTTP the time limit holds for each 1,000 keys, not for the whole call.
   * {@link KVException#batchOutcome()} says of each key whether it was written. If any may have
   * been, an {@link OutcomeUnknownException} takes the place of an {@link UnavailableException}.
   */
  default BatchResult setMany(Map<String, ? extends @Nullable Object> values) {
    return setMany(values, BatchOptions.DEFAULT);
  }

  /**
   * As {@link #setMany(Map)}, with options.
   *
   * @throws AtomicNotSupportedException if the batch was to be atomic and the database has no
   *     transactions; nothing was written
   */
  BatchResult setMany(Map<String, ? extends @Nullable Object> values, BatchOptions options);

  /**
   * Returns the values of those keys that have an entry, in the order in which the keys were given.
   * The map is unmodifiable; its values are null where a null is stored. The keys are read one by
   * one or in groups, not as one snapshot.
   */
  default <T> Map<String, @Nullable T> getMany(Collection<String> keys, Class<T> type) {
    return getMany(keys, KVType.of(type));
  }

  /** As {@link #getMany(Collection, Class)}, for generic and lenient types. */
  default <T> Map<String, @Nullable T> getMany(Collection<String> keys, KVType<T> type) {
    return getMany(keys, type, ReadOptions.DEFAULT);
  }

  /** As {@link #getMany(Collection, Class)}, none of them older than the options demand. */
  default <T> Map<String, @Nullable T> getMany(
      Collection<String> keys, Class<T> type, ReadOptions options) {
    return getMany(keys, KVType.of(type), options);
  }

  /** As {@link #getMany(Collection, Class, ReadOptions)}, for generic and lenient types. */
  <T> Map<String, @Nullable T> getMany(
      Collection<String> keys, KVType<T> type, ReadOptions options);

  /**
   * Returns the values of all keys that begin with the prefix, in the order of the keys; the empty
   * prefix stands for all. The map is unmodifiable; its values are null where a null is stored. It
   * is read page by page, not as one snapshot, and held in memory: use {@link #stream(String,
   * KVType)} for more than fits there.
   */
  default <T> Map<String, @Nullable T> getAll(String prefix, Class<T> type) {
    return getAll(prefix, KVType.of(type));
  }

  /** As {@link #getAll(String, Class)}, for generic and lenient types. */
  default <T> Map<String, @Nullable T> getAll(String prefix, KVType<T> type) {
    return getAll(prefix, type, ReadOptions.DEFAULT);
  }

  /** As {@link #getAll(String, Class)}, none of them older than the options demand. */
  default <T> Map<String, @Nullable T> getAll(String prefix, Class<T> type, ReadOptions options) {
    return getAll(prefix, KVType.of(type), options);
  }

  /** As {@link #getAll(String, Class, ReadOptions)}, for generic and lenient types. */
  <T> Map<String, @Nullable T> getAll(String prefix, KVType<T> type, ReadOptions options);

  /**
   * Returns the entries whose keys begin with the prefix, in the order of the keys; the empty
   * prefix stands for all. Pages of entries are read while the stream is consumed, so it needs
   * little memory however many there are, and is no snapshot: of what is written meanwhile it may
   * show some. Need not be closed. What is thrown while it is consumed is what {@link #entries}
   * throws.
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

  /** As {@link #stream(String, Class)}, for generic and lenient types. */
  default <T> Stream<KVEntry<T>> stream(String prefix, KVType<T> type) {
    return stream(KVQuery.prefix(prefix).limit(KVQuery.MAX_LIMIT), type, ReadOptions.DEFAULT);
  }

  /**
   * As {@link #stream(String, Class)}, for the entries of this and all following pages of the
   * query, none of them older than the options demand.
   */
  <T> Stream<KVEntry<T>> stream(KVQuery query, KVType<T> type, ReadOptions options);

  /** As {@link #stream(String, Class)}, for the keys alone. */
  default Stream<String> streamKeys(String prefix) {
    return streamKeys(KVQuery.prefix(prefix).limit(KVQuery.MAX_LIMIT), ReadOptions.DEFAULT);
  }

  /** As {@link #stream(KVQuery, KVType, ReadOptions)}, for the keys alone. */
  Stream<String> streamKeys(KVQuery query, ReadOptions options);

  /**
   * Returns all keys in their order, held in memory: use {@link #streamKeys(String)} for more than
   * fits there.
   */
  default List<String> keys() {
    return keys("");
  }

  /** Returns the keys that begin with the prefix, in their order. */
  default List<String> keys(String prefix) {
    return keys(prefix, ReadOptions.DEFAULT);
  }

  /** As {@link #keys(String)}, not older than the options demand. */
  List<String> keys(String prefix, ReadOptions options);

  /** Returns one page of keys. */
  default KVPage<String> keys(KVQuery query) {
    return keys(query, ReadOptions.DEFAULT);
  }

  /** As {@link #keys(KVQuery)}, not older than the options demand. */
  KVPage<String> keys(KVQuery query, ReadOptions options);

  /** Returns one page of entries. */
  default <T> KVPage<KVEntry<T>> entries(KVQuery query, KVType<T> type) {
    return entries(query, type, ReadOptions.DEFAULT);
  }

  /** As {@link #entries(KVQuery, KVType)}, none of them older than the options demand. */
  <T> KVPage<KVEntry<T>> entries(KVQuery query, KVType<T> type, ReadOptions options);

  /** Deletes the entry and tells whether there was one. */
  default boolean delete(String key) {
    return delete(key, WriteOptions.DEFAULT);
  }

  /**
   * As {@link #delete(String)}, with a condition. A time to live is of no use here and is ignored.
   *
   * @throws PreconditionFailedException if the condition does not hold; nothing was deleted
   */
  boolean delete(String key, WriteOptions options);

  /** As {@link #deleteMany(Collection, DeleteOptions)}, each key for itself. */
  default DeleteResult deleteMany(Collection<String> keys) {
    return deleteMany(keys, DeleteOptions.DEFAULT);
  }

  /**
   * Deletes the entries of these keys, as far as they have one, and returns which were deleted. The
   * entry of a key that somebody writes meanwhile is deleted, too.
   *
   * <p>The time limit holds for each 1,000 keys, unless the deletion is atomic. After an
   * {@link OutcomeUnknownException} some entries may have been deleted; it is safe to delete the
   * same keys again.
   *
   * @throws PreconditionFailedException if the entries do not match the options; nothing was
   *     deleted
   * @throws AtomicNotSupportedException if the deletion was to be atomic and the database has no
   *     transactions; nothing was deleted
   * @since 0.1.0
   */
  DeleteResult deleteMany(Collection<String> keys, DeleteOptions options);

  /** As {@link #deleteAll(String, DeleteOptions)}, each key for itself. */
  default DeleteResult deleteAll(String prefix) {
    return deleteAll(prefix, DeleteOptions.DEFAULT);
  }

  /**
   * As {@link #deleteMany(Collection, DeleteOptions)}, for all keys that begin with the prefix. A
   * key that is created meanwhile may stay.
   *
   * @throws InvalidInputException with {@link ErrorCode#INVALID_PARAMETER} if the prefix is empty,
   *     which stands for all, and the options have no {@linkplain DeleteOptions#ifMatch
   *     fingerprint}. See also {@link KVDatabase#drop}
   * @since 0.1.0
   */
  DeleteResult deleteAll(String prefix, DeleteOptions options);

  /**
   * Replaces the value by what the function makes of it, as one atomic step, and returns the new
   * value. The function may be called several times, so it must have no side effects. An expiry is
   * cleared, as by {@link #set(String, Object)}.
   *
   * @throws KeyNotFoundException if there is no entry
   * @throws KVException with {@link ErrorCode#CONFLICT} if others kept changing the key
   */
  default <T> @Nullable T update(String key, Class<T> type, UnaryOperator<@Nullable T> function) {
    return update(key, KVType.of(type), function);
  }

  /** As {@link #update(String, Class, UnaryOperator)}, for generic and lenient types. */
  default <T> @Nullable T update(String key, KVType<T> type, UnaryOperator<@Nullable T> function) {
    return update(key, type, function, WriteOptions.DEFAULT);
  }

  /**
   * As {@link #update(String, Class, UnaryOperator)}, with a condition, an expiry or an author. To
   * keep the expiry of the entry, give {@link WriteOptions#keepingExpiry()}. The condition is
   * checked before each call of the function, against the entry that the function gets.
   *
   * @throws PreconditionFailedException if the condition does not hold; nothing was written
   */
  default <T> @Nullable T update(
      String key, Class<T> type, UnaryOperator<@Nullable T> function, WriteOptions options) {
    return update(key, KVType.of(type), function, options);
  }

  /**
   * As {@link #update(String, Class, UnaryOperator, WriteOptions)}, for generic and lenient types.
   */
  <T> @Nullable T update(
      String key, KVType<T> type, UnaryOperator<@Nullable T> function, WriteOptions options);

  /** Adds one to a whole number, see {@link #increment(String, long)}. */
  default long increment(String key) {
    return increment(key, 1);
  }

  /**
   * Adds to a whole number, as one atomic step in the database, and returns the sum. Where there is
   * no entry it counts from 0. An expiry stays.
   *
   * @throws TypeMismatchException if something else than a whole number is stored, or the sum would
   *     not fit into 64 bits; nothing was changed
   */
  default long increment(String key, long by) {
    return increment(key, by, WriteOptions.DEFAULT);
  }

  /**
   * As {@link #increment(String, long)}, with a condition or an author. A time to live is that of
   * an entry that this creates; an entry that is there keeps its expiry.
   *
   * @throws PreconditionFailedException if the condition does not hold; nothing was changed
   */
  long increment(String key, long by, WriteOptions options);

  /** Returns the key as a typed item, to be made once and kept. Reads nothing. */
  default <T> KVItem<T> item(String key, Class<T> type) {
    return item(key, KVType.of(type));
  }

  /** As {@link #item(String, Class)}, for generic and lenient types. */
  <T> KVItem<T> item(String key, KVType<T> type);

  /** As {@link #bind(String, Class, BindOptions)}, with what the type itself says alone. */
  default <T> KVBinding<T> bind(String prefix, Class<T> type) {
    return bind(prefix, type, BindOptions.none());
  }

  /**
   * Returns the settings below a prefix as one object that follows what is stored. Reads them
   * before it returns, and is told of every later change. Over an {@code EntryStore} of an
   * application that cannot tell of changes they are read again every 5 seconds.
   *
   * <p><b>Types.</b> A record, or an interface with methods like the accessors of one, of which an
   * immutable instance is made. The component {@code maxRetries} of what is bound to {@code http}
   * is the key {@code http.maxRetries}, or another spelling of the same words, such as
   * {@code http.max-retries}; {@link KVName} gives it another name. Of methods
   * {@code getMaxRetries()}, {@code getURL()} and {@code isEnabled()} the prefix {@code get} or
   * {@code is} is left out: {@code maxRetries}, {@code url}. A component that is such a type
   * itself, or an {@code Optional} of one, has its keys below its own:
   * {@code http.tls.certificate}. What separates the names is the character {@code .} or {@code /}
   * that the prefix ends with, and {@code .} if it ends with neither; the empty prefix stands for
   * the whole store. All other components are read as {@link #get(String, KVType)} reads their
   * type, with units as in {@link Durations} and {@link ByteSize}.
   *
   * <p><b>Containers.</b> A list or array can be stored under its key, or element by element:
   * {@code http.hosts[0]}, {@code http.servers[0].port}. A map is filled from the keys below its
   * own, {@code http.limits.red}, and from a document under it.
   *
   * <p><b>Documents.</b> A document that is stored under {@code http} or {@code http.tls} fills the
   * object of that name, member by member. Where several places say something, that with the
   * longest key wins: {@code http.tls.certificate}, then {@code certificate} in {@code http.tls},
   * then {@code tls.certificate} in {@code http}. Types with Jackson's annotations on the class,
   * and types within themselves, are read as one value.
   *
   * <p><b>Unknown names.</b> Keys and members of documents that the type does not have are ignored,
   * at any depth and in elements of lists and maps too, so that a newer version of an application
   * can add some. {@link KVBinding#unreadKeys()} lists them. ({@code get} refuses unknown members.)
   *
   * <p><b>Absence.</b> For what is not stored counts, in this order: the default of the options,
   * {@link KVDefault}, a default method of the interface, an empty {@code Optional}, null where the
   * component is marked {@code @Nullable}. A group that is {@code Optional} or {@code @Nullable} is
   * absent while nothing is stored for one of its own settings. Otherwise it is a problem, and so
   * is a stored null where the component is neither {@code Optional} nor {@code @Nullable}.
   *
   * <p><b>Consistency.</b> The keys are read again and again until two readings are the same. So
   * every object has values that were stored together at one moment, and of an atomic
   * {@link #setMany} all or none. (One thing can escape: a key that was made and deleted again
   * between two readings.) If they change faster than they can be read twice, the settings stay
   * what they were until they come to rest. Values that expire are gone in time.
   *
   * <p><b>Problems.</b> All are reported at once, also what the constructor of a record refuses,
   * with its exception's message where that quotes no value. Where what is stored becomes invalid
   * later, the last valid object stays, see {@link KVBinding#problems()} and
   * {@link KVBindingListener#invalid}; each is logged once, without values. So is that the store
   * cannot be read, which is tried again every second.
   *
   * @throws BindingFailedException if what is stored makes no such object
   * @throws IllegalArgumentException if the type or the options cannot be bound, whatever is stored
   * @throws UnavailableException if the store cannot be read
   * @throws KVException with {@link ErrorCode#CONFLICT} if others kept changing the keys
   */
  <T> KVBinding<T> bind(String prefix, Class<T> type, BindOptions<T> options);

  /** As {@link #watch(String, KVWatcher, WatchOptions)}, from now on. */
  default KVSubscription watch(String key, KVWatcher watcher) {
    return watch(key, watcher, WatchOptions.DEFAULT);
  }

  /**
   * Tells the watcher of every change of the key, whoever makes it, until the subscription or this
   * store is closed. Does not block: the watcher is told when the watch is {@link KVWatcher#ready},
   * and from then on of every change at least once, or to begin anew. On SQLite a watch can begin
   * at any of the latest 32,768 changes of the file since it was opened. A standalone MongoDB does
   * not report changes, so the versions of watched keys are polled, see
   * {@link dev.kvstore.mongo.MongoSettings#withPollingInterval}: of several changes between two
   * polls only the last is reported, and a change made by hand without a new version is not.
   * {@link KVItem#onChange} reports values.
   *
   * @throws UnsupportedOperationException if the store cannot tell of changes
   */
  KVSubscription watch(String key, KVWatcher watcher, WatchOptions options);

  /** As {@link #watchAll(String, KVWatcher, WatchOptions)}, from now on. */
  default KVSubscription watchAll(String prefix, KVWatcher watcher) {
    return watchAll(prefix, watcher, WatchOptions.DEFAULT);
  }

  /**
   * As {@link #watch(String, KVWatcher, WatchOptions)}, for all keys that begin with the prefix;
   * the empty prefix stands for all.
   */
  KVSubscription watchAll(String prefix, KVWatcher watcher, WatchOptions options);

  /**
   * Returns a point in the history of the database that is not before any write or read done by
   * this object: whoever demands it in {@link ReadOptions#atLeast}, in another process too, reads
   * nothing older. {@link SyncToken#START} where the database has no such points, as a standalone
   * MongoDB. Does not reach the database.
   */
  SyncToken syncToken();

  /** Returns the near-cache in front of this store; empty where there is none. */
  Optional<KVCache> cache();

  /** Closes what was opened together with this store, and nothing that the caller brought. */
  @Override
  void close();
}
