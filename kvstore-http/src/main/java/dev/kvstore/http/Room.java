package dev.kvstore.http;

import dev.kvstore.http.net.Shares;
import dev.kvstore.http.net.Shares.Grant;
import java.util.function.Consumer;

/** The memory that one request and its answer hold, out of what all may hold. Thread-safe. */
final class Room {
  private final Shares memory;
  private final Shares pages;
  private final String client;
  private final boolean write;
  private final Consumer<Runnable> whenAnswered;

  // Guarded by this.
  private long taken;
  private long takenPages;
  private boolean announced;
  private boolean ended;

  /**
   * @param memory for bodies and answers
   * @param pages for what was read of a store and is not written yet
   * @param write whether the request would change something
   * @param whenAnswered calls what it is given once the answer was sent
   */
  Room(Shares memory, Shares pages, String client, boolean write, Consumer<Runnable> whenAnswered) {
    this.memory = memory;
    this.pages = pages;
    this.client = client;
    this.write = write;
    this.whenAnswered = whenAnswered;
  }

  /**
   * Takes so much more.
   *
   * @throws ProblemException if there is not so much
   */
  void take(int bytes) {
    Grant grant = acquire(bytes);
    if (grant == Grant.GRANTED) {
      return;
    }
    if (held() + bytes > memory.perClient()) {
      throw new ProblemException(
          ErrorKind.TOO_LARGE,
          "The request needs more than " + memory.perClient()
              + " bytes of memory, the most that one client can have; ask for fewer keys, or for"
              + " JSON, which is streamed");
    }
    throw new ProblemException(
        grant == Grant.CLIENT_LIMIT
            ? new Problem(
                    ErrorKind.TOO_MANY_REQUESTS,
                    "The requests under way of this client hold as much memory as one client can"
                        + " have")
                .withHeader("Retry-After", "1")
            : new Problem(ErrorKind.UNAVAILABLE, "The requests under way hold all memory there is")
                .withHeader("Retry-After", "1")
                .with("outcome", write ? "not-done" : null));
  }

  /** Takes so much more and returns true, or returns false if there is not so much. */
  boolean tryTake(int bytes) {
    return acquire(bytes) == Grant.GRANTED;
  }

  /** As {@link #tryTake}, for a page of entries. */
  synchronized boolean tryTakePage(int bytes) {
    if (ended || pages.acquire(client, bytes) != Grant.GRANTED) {
      return false;
    }
    announce();
    takenPages += bytes;
    return true;
  }

  synchronized void giveBackPage(int bytes) {
    if (!ended && bytes > 0) {
      pages.release(client, bytes);
      takenPages -= bytes;
    }
  }

  synchronized void giveBack(int bytes) {
    if (!ended && bytes > 0) {
      memory.release(client, bytes);
      taken -= bytes;
    }
  }

  private synchronized long held() {
    return taken;
  }

  private synchronized Grant acquire(int bytes) {
    Grant grant = ended ? Grant.TOTAL_LIMIT : memory.acquire(client, bytes);
    if (grant == Grant.GRANTED) {
      announce();
      taken += bytes;
    }
    return grant;
  }

  private void announce() {
    if (!announced) {
      announced = true;
      whenAnswered.accept(this::end);
    }
  }

  /** Gives everything back, for good. */
  private synchronized void end() {
    if (!ended) {
      memory.release(client, taken);
      pages.release(client, takenPages);
    }
    ended = true;
  }
}
