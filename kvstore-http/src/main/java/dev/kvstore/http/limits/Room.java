package dev.kvstore.http.limits;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.limits.Shares.Grant;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The memory account of one request and its response, within the limits for all. Thread-safe. */
public final class Room {
  /** How long a worker waits for memory that others are about to give back. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Shares memory;
  private final Shares pages;
  private final String client;
  private final boolean write;
  private final int largestValue;
  private final Consumer<Runnable> whenAnswered;

  // Confined to the thread that creates the response.
  private @Nullable Grant refusal;
  private long counted;

  // Guarded by this.
  private long taken;
  private long takenPages;
  private boolean announced;
  private boolean ended;

  /**
   * @param memory the limits for bodies and responses
   * @param pages the limits for entries that were read but not written yet
   * @param write true if the request is a write
   * @param largestValue the maximum size of a value in bytes
   * @param whenAnswered runs its argument after the response was sent
   */
  public Room(
      Shares memory,
      Shares pages,
      String client,
      boolean write,
      int largestValue,
      Consumer<Runnable> whenAnswered) {
    this.memory = memory;
    this.pages = pages;
    this.client = client;
    this.write = write;
    this.largestValue = largestValue;
    this.whenAnswered = whenAnswered;
  }

  /** Reserves more memory, or throws {@link ProblemException} if there is not enough. */
  public void take(int bytes) {
    require(memory, acquire(memory, bytes, Duration.ZERO), bytes);
  }

  /**
   * Reserves more memory and returns true. If others hold it, returns false and only counts from
   * then on; {@link #requireCounted} then fails.
   *
   * @throws ProblemException if it exceeds the limit of a client, regardless of others
   */
  public boolean takeOrCount(int bytes) {
    if (refusal == null) {
      Grant grant = acquire(memory, bytes, Duration.ZERO);
      if (grant == Grant.GRANTED) {
        return true;
      }
      refusal = grant;
    }
    counted += bytes;
    if (!isPossible(memory, counted)) {
      requireCounted();
    }
    return false;
  }

  /** Throws {@link ProblemException} if memory was only counted and not reserved. */
  public void requireCounted() {
    if (refusal != null) {
      require(memory, refusal, counted);
    }
  }

  /** Like {@link #take}, but blocks for a moment until others give theirs back. */
  public void takeSoon(int bytes) {
    require(memory, acquire(memory, bytes, PATIENCE), bytes);
  }

  /** Reserves more memory and returns true, or returns false if there is not enough. */
  public boolean tryTake(int bytes) {
    return acquire(memory, bytes, Duration.ZERO) == Grant.GRANTED;
  }

  /** Returns a new, empty account for entries with values. */
  public PageRoom forEntries() {
    return new PageRoom(this, largestValue);
  }

  /** Returns a new, empty account for entries without values. */
  public PageRoom forMetadata() {
    return new PageRoom(this, 0);
  }

  /** Like {@link #takeSoon}, for entries to be read. */
  void takePageSoon(long bytes) {
    require(pages, acquire(pages, bytes, PATIENCE), bytes);
  }

  /** Like {@link #tryTake}, for entries to be read. Leaves enough memory for one entry. */
  boolean tryTakePage(long bytes) {
    Grant grant = pages.acquireLeaving(client, bytes, PageRoom.entryBytes(largestValue));
    return grant == Grant.GRANTED && keep(pages, bytes);
  }

  synchronized void giveBackPage(long bytes) {
    if (!ended && bytes > 0) {
      pages.release(client, bytes);
      takenPages -= bytes;
    }
  }

  public synchronized void giveBack(int bytes) {
    if (!ended && bytes > 0) {
      memory.release(client, bytes);
      taken -= bytes;
    }
  }

  private void require(Shares from, Grant grant, long bytes) {
    if (grant == Grant.GRANTED) {
      return;
    }
    if (!isPossible(from, bytes)) {
      throw new ProblemException(
          ErrorKind.TOO_LARGE,
          "The request needs more than " + from.perClient()
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

  /** Returns true if this request could have this much more if it were the only one. */
  private synchronized boolean isPossible(Shares from, long bytes) {
    return (from == memory ? taken : takenPages) + bytes <= from.perClient();
  }

  /** Not synchronized: it may wait, and the response may end during that time. */
  private Grant acquire(Shares from, long bytes, Duration patience) {
    Grant grant = from.await(client, bytes, isPossible(from, bytes) ? patience : Duration.ZERO);
    return grant == Grant.GRANTED && !keep(from, bytes) ? Grant.TOTAL_LIMIT : grant;
  }

  private synchronized boolean keep(Shares from, long bytes) {
    if (ended) {
      from.release(client, bytes);
      return false;
    }
    if (!announced) {
      announced = true;
      whenAnswered.accept(this::end);
    }
    if (from == memory) {
      taken += bytes;
    } else {
      takenPages += bytes;
    }
    return true;
  }

  /** Gives everything back and ends the account. */
  private synchronized void end() {
    if (!ended) {
      memory.release(client, taken);
      pages.release(client, takenPages);
    }
    ended = true;
  }
}
