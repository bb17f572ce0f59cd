package dev.kvstore.spi;

import dev.kvstore.KVEntry;
import dev.kvstore.KVException;
import dev.kvstore.KVPage;
import dev.kvstore.KVQuery;
import dev.kvstore.OutcomeUnknownException;
import dev.kvstore.ReadOptions;
import dev.kvstore.SyncToken;
import dev.kvstore.UnavailableException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The raw entries of one store: a back end, or a layer over one, see {@link ForwardingEntryStore}.
 * Implementations do not deal with Java types, and get valid keys only.
 *
 * <p>Each method except {@link #peek} blocks until it is done; past the store's time limit it
 * throws {@link UnavailableException}. An expired entry is absent. Thread-safe.
 */
public interface EntryStore extends AutoCloseable {
  /** Returns the store's name, also after {@link #close()}. */
  String name();

  /**
   * Returns the cached entry of the key if it satisfies these options as a {@link #find} would, and
   * null otherwise. Never blocks. Only valid keys are cached, so callers need to validate a key
   * only if the result is null.
   */
  default @Nullable CachedEntry peek(String key, ReadOptions options) {
    return null;
  }

  /**
   * Returns the entries of the keys that have one, in any order, at least as fresh as the options
   * require. Not a snapshot.
   */
  List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options);

  /** Like {@link #find(Collection, ReadOptions)}, for one key. Do not override. */
  default Optional<KVEntry<RawValue>> find(String key, ReadOptions options) {
    return find(List.of(key), options).stream().findFirst();
  }

  /**
   * Returns the first entries of the range, in order: at most {@code limit}, and fewer if they are
   * large. The last page is the one without {@link KVPage#next()}. Reads from the database, at
   * least as new as the options demand.
   *
   * @param projection the part of the entries to return
   */
  <T> KVPage<T> scan(KeyRange range, Projection<T> projection, int limit, ReadOptions options);

  /**
   * Returns the entries of the range, in order, as {@link #scan} returns them. Pages of this size
   * are read while the stream is consumed. Not a snapshot. Do not override.
   */
  default <T> Stream<T> stream(
      KeyRange range, Projection<T> projection, int pageSize, ReadOptions options) {
    return StreamSupport.stream(new Pages<>(this, range, projection, pageSize, options), false);
  }

  /** Returns the number of entries in the range, at most {@code most}; counting stops there. */
  default int count(KeyRange range, int most, ReadOptions options) {
    int pageSize = Math.min(most, KVQuery.MAX_LIMIT);
    return (int) stream(range, Projection.KEYS, pageSize, options).limit(most).count();
  }

  /**
   * Applies the mutation. All writes go through this method. A mutation is atomic per key and
   * durable before this method returns.
   *
   * @return the result that {@link Mutation} specifies for its kind
   * @throws OutcomeUnknownException if the reply was lost and the entry's etag does not show
   *     whether the mutation was done
   */
  <R> R apply(Mutation<R> mutation);

  /**
   * Reports every change to the sink, from now on or after the given position. If the database no
   * longer has the changes since then, {@link ChangeSink#missed} is called first. Does not wait for
   * the database: {@link ChangeSink#positioned} is called when the feed is open.
   *
   * @param from a position that a feed of this database has reported, or null for now
   * @throws UnsupportedOperationException if the store has no change feed
   */
  default FeedSubscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    throw new UnsupportedOperationException("The store '" + name() + "' has no feed of changes");
  }

  /**
   * Returns a position that includes all writes and reads through this object. Does not reach the
   * database.
   */
  default SyncToken syncToken() {
    return SyncToken.START;
  }

  /**
   * Returns an object that is equal for all objects of the same store of one open database, so that
   * a copy knows whether it stays within a store. Do not override in a layer.
   */
  default Object identity() {
    return this;
  }

  /**
   * Returns a capability that only some stores have, such as {@link NearCacheView}; empty if this
   * store does not have it.
   */
  default <C> Optional<C> capability(Class<C> type) {
    return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
  }

  /**
   * Closes the store. Idempotent. Afterwards every other call except {@link #name} throws
   * {@link KVException} with {@link dev.kvstore.ErrorCode#CLOSED}.
   */
  @Override
  void close();
}
