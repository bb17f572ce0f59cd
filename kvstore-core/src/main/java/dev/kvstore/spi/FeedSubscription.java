package dev.kvstore.spi;

/** Something that goes on until it is closed. */
public interface FeedSubscription extends AutoCloseable {
  /**
   * Ends it, idempotently; when this returns no call is running any more, unless this is called
   * from within one.
   */
  @Override
  void close();
}
