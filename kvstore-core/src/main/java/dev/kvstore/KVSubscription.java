package dev.kvstore;

/** A running watch. It ends when it or its store is closed. Thread-safe. */
public interface KVSubscription extends AutoCloseable {
  /**
   * Ends the watch. Waits for a running call of the watcher, unless it is called from within one;
   * afterwards the watcher is not called again. Idempotent.
   */
  @Override
  void close();
}
