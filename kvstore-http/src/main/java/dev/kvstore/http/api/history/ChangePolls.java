package dev.kvstore.http.api.history;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.limits.Shares;
import dev.kvstore.http.limits.Shares.Grant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The long polls that wait for changes, of which each client may have some. Thread-safe. */
public final class ChangePolls implements AutoCloseable {
  private final Shares shares;

  // Guarded by this.
  private final Set<ChangePoll> waiting = new HashSet<>();
  private boolean closed;

  /**
   * @param most how many may wait at a time
   * @param mostPerClient how many of one client may wait at a time
   */
  public ChangePolls(int most, int mostPerClient) {
    this.shares = new Shares(most, mostPerClient);
  }

  /**
   * Takes one more, until {@link #remove}.
   *
   * @throws ProblemException if there are too many, or too many of the client
   */
  void add(ChangePoll poll, String client) {
    Grant grant = shares.acquire(client, 1);
    if (grant != Grant.GRANTED) {
      boolean one = grant == Grant.CLIENT_LIMIT;
      throw new ProblemException(new Problem(
              one ? ErrorKind.TOO_MANY_REQUESTS : ErrorKind.UNAVAILABLE,
              one
                  ? "As many requests of this client wait for changes as may"
                  : "As many requests wait for changes as may")
          .withHeader("Retry-After", "1"));
    }
    synchronized (this) {
      waiting.add(poll);
    }
  }

  void remove(ChangePoll poll, String client) {
    synchronized (this) {
      if (!waiting.remove(poll)) {
        return;
      }
    }
    shares.release(client, 1);
  }

  /** Returns true if nobody may wait any longer. */
  synchronized boolean isClosed() {
    return closed;
  }

  /** Returns how many wait. */
  public synchronized int count() {
    return waiting.size();
  }

  /** Lets all be answered now, and nobody wait from now on. */
  @Override
  public void close() {
    List<ChangePoll> last;
    synchronized (this) {
      closed = true;
      last = List.copyOf(waiting);
    }
    last.forEach(ChangePoll::wake);
  }
}
