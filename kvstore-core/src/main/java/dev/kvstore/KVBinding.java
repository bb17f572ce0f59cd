package dev.kvstore;

import java.util.List;

/**
 * Settings bound to one object that follows the stored entries, see {@link KVStore#bind(String,
 * Class)}. Bind once and keep it. Thread-safe.
 */
public interface KVBinding<T> extends AutoCloseable {
  /**
   * Returns the last valid settings. Never blocks and is as cheap as reading a field, so call it
   * each time instead of keeping the result. Does not change after {@link #close()}.
   */
  T current();

  /** Returns the problems of the stored settings; empty if {@link #current()} is up to date. */
  List<KVProblem> problems();

  /**
   * Returns the keys below the prefix that no setting reads, such as misspelled ones, in order.
   * Unread members of documents and list elements are listed like keys:
   * {@code http.servers[0].prot}. Never blocks.
   *
   * @since 0.1.0
   */
  List<String> unreadKeys();

  /**
   * Calls the listener whenever {@link #current()} changes, until the subscription, this binding or
   * the store is closed. A slow or failing listener does not affect the others or
   * {@link #current()}.
   *
   * @throws KVException with {@link ErrorCode#CLOSED} if this has been closed
   */
  KVSubscription onChange(KVBindingListener<? super T> listener);

  /**
   * Ends the watch. Waits for running listeners, unless it is called from within one; afterwards no
   * listener is called again. Idempotent.
   */
  @Override
  void close();
}
