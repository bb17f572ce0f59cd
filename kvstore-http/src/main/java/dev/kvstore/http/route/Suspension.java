package dev.kvstore.http.route;

/** The continuation of a request that waits for something without a thread. */
public interface Suspension extends ResourceHandler {
  /**
   * Registers the action, which must be called once, on any thread, when the wait is over. It
   * causes {@link #handle} to be executed, which may suspend the request again. Does not block.
   */
  void await(Runnable resume);
}
