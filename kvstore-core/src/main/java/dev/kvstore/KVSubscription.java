package dev.kvstore;

/** A watch, which goes on until it or its store is closed. Thread-safe. */
public interface KVSubscription extends AutoCloseable {
  /**
   * Ends the watch. Waits for a call of the watcher that is running, unless this is called from
   * within it; after this has returned the watcher is not called any more. Idempotent.
   */
  @Override
  void close();
}
