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
 * Where the entries of one store live: a back end, or a layer over one, see
 * {@link ForwardingEntryStore}. Implementations know nothing of Java types; keys come to them
 * checked.
 *
 * <p>Each method but {@link #peek} blocks until it is done or the store's time limit has run out,
 * and then throws {@link UnavailableException}. An expired entry is absent. Thread-safe.
 */
public interface EntryStore extends AutoCloseable {
  /** Returns the store's name, also after {@link #close()}. */
  String name();

  /**
   * Returns what is held of the key in memory, if that is as good as a {@link #find} with these
   * options; null if there is nothing or it is not. Never blocks. What is held is of a legal key,
   * so a caller need check only a key of which nothing is held.
   */
  default @Nullable CachedEntry peek(String key, ReadOptions options) {
    return null;
  }

  /**
   * Returns the entries of those keys that have one, in any order, not older than the options
   * demand. Not a snapshot.
   */
  List<KVEntry<RawValue>> find(Collection<String> keys, ReadOptions options);

  /** As {@link #find(Collection, ReadOptions)}, for one key. Not to be overridden. */
  default Optional<KVEntry<RawValue>> find(String key, ReadOptions options) {
    return find(List.of(key), options).stream().findFirst();
  }

  /**
   * Returns the first entries of the range, in order, at most {@code limit}, and fewer if they are
   * large; the last page is the one without {@link KVPage#next()}. They come from the database, and
   * are not older than the options demand.
   *
   * @param projection what of them is returned
   */
  <T> KVPage<T> scan(KeyRange range, Projection<T> projection, int limit, ReadOptions options);

  /**
   * Returns the entries of the range, in order, from pages of that size that are read as the stream
   * is consumed; each as {@link #scan} returns it. Not a snapshot. Not to be overridden.
   */
  default <T> Stream<T> stream(
      KeyRange range, Projection<T> projection, int pageSize, ReadOptions options) {
    return StreamSupport.stream(new Pages<>(this, range, projection, pageSize, options), false);
  }

  /**
   * Returns the number of entries in the range, or {@code most} if there are that many or more: no
   * more than that are looked at.
   */
  default int count(KeyRange range, int most, ReadOptions options) {
    int pageSize = Math.min(most, KVQuery.MAX_LIMIT);
    return (int) stream(range, Projection.KEYS, pageSize, options).limit(most).count();
  }

  /**
   * Does the mutation: the one way to write. It is atomic per key, and durable before this returns.
   *
   * @return what {@link Mutation} says of the kind
   * @throws OutcomeUnknownException if the reply was lost and the entry's etag does not show
   *     whether the mutation was done
   */
  <R> R apply(Mutation<R> mutation);

  /**
   * Reports every change to the sink, from now on or after the given point. If the database no
   * longer has the changes since that point, {@link ChangeSink#missed} is called before anything
   * else. Does not wait for the database: {@link ChangeSink#positioned} is called when it is open.
   *
   * @param from a point that a feed of this database has told, or null for now
   * @throws UnsupportedOperationException if the store has no feed of changes
   */
  default FeedSubscription subscribe(ChangeSink sink, @Nullable SyncToken from) {
    throw new UnsupportedOperationException("The store '" + name() + "' has no feed of changes");
  }

  /**
   * Returns a point that is not before any write and read that was done through this object. Does
   * not reach the database.
   */
  default SyncToken syncToken() {
    return SyncToken.START;
  }

  /** Returns what only some stores can do, such as {@link NearCacheView}, if this one can. */
  default <C> Optional<C> capability(Class<C> type) {
    return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
  }

  /**
   * Idempotent. Every other call after it, except {@link #name}, throws {@link KVException} with
   * {@link dev.kvstore.ErrorCode#CLOSED}.
   */
  @Override
  void close();
}
