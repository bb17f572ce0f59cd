package dev.kvstore.http.route;

/** The rest of a request that waits for something, without a thread. */
public interface Suspension extends ResourceHandler {
  /**
   * Waits, and then calls the action once, on any thread: it has {@link #handle} executed, which
   * may suspend the request again. Does not block.
   */
  void await(Runnable resume);
}
