package dev.kvstore.spi;

import dev.kvstore.AtomicNotSupportedException;
import dev.kvstore.BatchOptions;
import dev.kvstore.BatchResult;
import dev.kvstore.EtagReusedException;
import dev.kvstore.KVCache;
import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVMetadata;
import dev.kvstore.KVPage;
import dev.kvstore.KVQuery;
import dev.kvstore.KVType;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.PreconditionFailedException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.TypeMismatchException;
import dev.kvstore.UnavailableException;
import dev.kvstore.WriteOptions;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the entries of one store live. Implementations know nothing of Java types; keys come to
 * them checked.
 *
 * <p>Each method blocks until it is done or the store's time limit has run out, and then throws
 * {@link UnavailableException}. A write is atomic per key and durable before it returns; one whose
 * reply was lost is settled by its etag, and throws {@link OutcomeUnknownException} where that is
 * not possible. An expired entry is absent. Thread-safe.
 */
public interface EntryStore extends AutoCloseable {
  /** Returns the store's name, also after {@link #close()}. */
  String name();

  /** As {@link #read(String, ReadOptions)}, as fresh as the store promises without demand. */
  default Optional<KVEntry<RawValue>> read(String key) {
    return read(key, ReadOptions.DEFAULT);
  }

  /** Returns the entry, not older than the options demand; empty where there is none. */
  Optional<KVEntry<RawValue>> read(String key, ReadOptions options);

  /** As {@link #readMany(Collection, ReadOptions)}, without demand. */
  default List<KVEntry<RawValue>> readMany(Collection<String> keys) {
    return readMany(keys, ReadOptions.DEFAULT);
  }

  /**
   * Returns what is held of the key in memory, where that is as good as a {@link #read} with
   * {@link ReadOptions#DEFAULT}; null where there is nothing or it is not. Never blocks. What is
   * held is of a legal key, so a caller need check only a key of which nothing is held.
   */
  default @Nullable HeldEntry held(String key) {
    return null;
  }

  /** As {@link #held(String)}, where that is as good as a {@link #read} with these options. */
  default @Nullable HeldEntry held(String key, ReadOptions options) {
    return null;
  }

  /**
   * Keeps the value that was decoded from an entry for those who read it from memory next, if that
   * holds this very entry; else does nothing. As {@link HeldEntry#keep}, after a {@link #read}.
   */
  default void keep(KVEntry<RawValue> entry, KVType<?> type, Object value) {}

  /** Returns the near-cache in front of the entries; empty where there is none. */
  default Optional<KVCache> cache() {
    return Optional.empty();
  }

  /** Returns the entries of those keys that have one, in any order. Not a snapshot. */
  List<KVEntry<RawValue>> readMany(Collection<String> keys, ReadOptions options);

  /** As {@link #scan(KeyRange, int, ReadOptions)}, without demand. */
  default KVPage<KVEntry<RawValue>> scan(KeyRange range, int limit) {
    return scan(range, limit, ReadOptions.DEFAULT);
  }

  /**
   * Returns the first entries of the range, in order, at most {@code limit}, and fewer where they
   * are large; the last page is the one without {@link KVPage#nextAfter()}. They come from the
   * database, and are not older than the options demand.
   */
  KVPage<KVEntry<RawValue>> scan(KeyRange range, int limit, ReadOptions options);

  /** As {@link #scanMetadata(KeyRange, int, ReadOptions)}, without demand. */
  default KVPage<KVMetadata> scanMetadata(KeyRange range, int limit) {
    return scanMetadata(range, limit, ReadOptions.DEFAULT);
  }

  /** As {@link #scan(KeyRange, int, ReadOptions)}, without the values. */
  KVPage<KVMetadata> scanMetadata(KeyRange range, int limit, ReadOptions options);

  /** As {@link #scanKeys(KeyRange, int, ReadOptions)}, without demand. */
  default KVPage<String> scanKeys(KeyRange range, int limit) {
    return scanKeys(range, limit, ReadOptions.DEFAULT);
  }

  /** As {@link #scan(KeyRange, int, ReadOptions)}, the keys alone. */
  KVPage<String> scanKeys(KeyRange range, int limit, ReadOptions options);

  /**
   * Returns the number of entries in the range, or {@code most} where there are that many or more:
   * no more than that are looked at.
   *
   * @param options how fresh it must be
   */
  default int count(KeyRange range, int most, ReadOptions options) {
    int count = 0;
    KeyRange rest = range;
    while (rest != null && count < most) {
      KVPage<String> page = scanKeys(rest, Math.min(most - count, KVQuery.MAX_LIMIT), options);
      count += page.items().size();
      rest = page.next().map(rest::after).orElse(null);
    }
    return count;
  }

  /**
   * Writes the value. The entry has the write's own etag then, where it brings one, as after
   * {@link #setDefault} and {@link #increment}; who writes can know it by that. Over no entry it is
   * a create: version 1 and a new {@code createdAt}.
   *
   * @throws EtagReusedException if the write brings the etag that the entry has; so do the others
   *     that can bring one, {@link #delete} too, and whether or not their condition holds
   * @throws PreconditionFailedException if the condition does not hold
   */
  KVMetadata write(Write write);

  /**
   * Writes the value if there is no entry, whatever the write's condition says, and returns what is
   * stored then.
   */
  Defaulted setDefault(Write write);

  /**
   * Writes all values.
   *
   * @throws AtomicNotSupportedException if they are to be written as one and cannot; nothing was
   *     written
   */
  BatchResult writeMany(Map<String, RawValue> values, BatchOptions options);

  /**
   * Adds to a whole number, int32 or int64; no entry counts as 0. The sum is an int64 where it does
   * not fit into an int32 or what is stored is one. The time to live of the options is that of an
   * entry which is created; one that is there keeps its own.
   *
   * @throws PreconditionFailedException if the condition does not hold
   * @throws TypeMismatchException if something else is stored or the sum does not fit into an
   *     int64; nothing was changed
   */
  KVEntry<RawValue> increment(String key, long by, WriteOptions options);

  /**
   * Deletes the entry and tells whether there was one.
   *
   * @throws PreconditionFailedException if the options' condition does not hold
   */
  boolean delete(String key, WriteOptions options);

  /**
   * Returns a point that is not before any write and read that was done through this object. Does
   * not reach the database.
   */
  default SyncToken syncToken() {
    return SyncToken.START;
  }

  /**
   * Tells the sink of every change from now on, or from that point on where the database still
   * knows of it; where it does not, of {@link ChangeSink#missed} before anything else. Does not
   * wait for the database: {@link ChangeSink#positioned} says when it is open.
   *
   * @param from a point that a feed of this database has told, or null for now
   * @throws UnsupportedOperationException if the store cannot tell of changes
   */
  default Subscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    throw new UnsupportedOperationException("The store '" + name() + "' cannot tell of changes");
  }

  /**
   * Idempotent. Every other call after it, except {@link #name}, throws {@link KVException} with
   * {@link dev.kvstore.ErrorCode#CLOSED}.
   */
  @Override
  void close();
}
