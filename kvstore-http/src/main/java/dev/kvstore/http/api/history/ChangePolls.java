package dev.kvstore.http.api.history;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.limits.Shares;
import dev.kvstore.http.limits.Shares.Grant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The waiting long polls, with a limit per client. Thread-safe. */
public final class ChangePolls implements AutoCloseable {
  private final Shares shares;

  // Guarded by this.
  private final Set<ChangePoll> waiting = new HashSet<>();
  private boolean closed;

  /**
   * @param most the maximum number of waiting polls
   * @param mostPerClient the maximum number of waiting polls per client
   */
  public ChangePolls(int most, int mostPerClient) {
    this.shares = new Shares(most, mostPerClient);
  }

  /**
   * Adds a poll, until {@link #remove}.
   *
   * @throws ProblemException if there are too many polls in total or of the client
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

  /** Returns true if polls may no longer wait. */
  synchronized boolean isClosed() {
    return closed;
  }

  /** Returns the number of waiting polls. */
  public synchronized int count() {
    return waiting.size();
  }

  /** Makes all polls return now, and lets no others wait. */
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
