package dev.kvstore.spi;

/** A subscription to a change feed. It runs until it is closed. */
public interface FeedSubscription extends AutoCloseable {
  /**
   * Ends the subscription. Waits for a running call of the sink, unless it is called from within
   * one. Idempotent.
   */
  @Override
  void close();
}
