package dev.kvstore;

import java.util.List;

/**
 * Settings as one object that follows what is stored, see {@link KVStore#bind(String, Class)}. Bind
 * once, and keep it. Thread-safe.
 *
 * @param <T> the type of the settings
 */
public interface KVBinding<T> extends AutoCloseable {
  /**
   * Returns the settings as they were read last and were valid. Never blocks, and costs no more
   * than reading a field: ask again rather than keep what is returned. After {@link #close()} it
   * stays what it was.
   */
  T current();

  /**
   * Returns what is wrong with what is stored now; empty while nothing is, and then
   * {@link #current()} is what is stored.
   */
  List<KVProblem> problems();

  /**
   * Returns the keys below the prefix that no setting reads, in order, such as misspelt ones. A
   * member of a document or of an element is listed like a key: {@code http.servers[0].prot}. Never
   * blocks.
   *
   * @since 0.1.0
   */
  List<String> unreadKeys();

  /**
   * Tells the listener when the settings become another object, until the subscription, this or the
   * store is closed. A listener that is slow or fails disturbs neither the others nor
   * {@link #current()}.
   *
   * @throws KVException with {@link ErrorCode#CLOSED} if this has been closed
   */
  KVSubscription onChange(KVBindingListener<? super T> listener);

  /**
   * Ends the watch. Waits for listeners that are being called, unless this is called within one;
   * after this has returned none is called any more. Idempotent.
   */
  @Override
  void close();
}
