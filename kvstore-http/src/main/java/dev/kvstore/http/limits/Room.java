package dev.kvstore.http.limits;

import dev.kvstore.http.error.ErrorKind;
import dev.kvstore.http.error.Problem;
import dev.kvstore.http.error.ProblemException;
import dev.kvstore.http.limits.Shares.Grant;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The memory that one request and its answer hold, out of what all may hold. Thread-safe. */
public final class Room {
  /** How long a worker waits for memory that others are about to give back. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Shares memory;
  private final Shares pages;
  private final String client;
  private final boolean write;
  private final int largestValue;
  private final Consumer<Runnable> whenAnswered;

  // Of the thread that makes the answer.
  private @Nullable Grant refusal;
  private long counted;

  // Guarded by this.
  private long taken;
  private long takenPages;
  private boolean announced;
  private boolean ended;

  /**
   * @param memory for bodies and answers
   * @param pages for what was read of a store and is not written yet
   * @param write whether the request would change something
   * @param largestValue the most bytes that a value has
   * @param whenAnswered calls what it is given once the answer was sent
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

  /** Takes so much more, or throws {@link ProblemException} if there is not so much. */
  public void take(int bytes) {
    require(memory, acquire(memory, bytes, Duration.ZERO), bytes);
  }

  /**
   * Takes so much more and returns true. Where others hold it, returns false and only counts from
   * then on; {@link #requireCounted} fails in the end.
   *
   * @throws ProblemException if no client can have so much, whatever others hold
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

  /** Throws {@link ProblemException} if something was counted and not taken. */
  public void requireCounted() {
    if (refusal != null) {
      require(memory, refusal, counted);
    }
  }

  /** Like {@link #take}, but waits a moment for others to give theirs back. Blocks. */
  public void takeSoon(int bytes) {
    require(memory, acquire(memory, bytes, PATIENCE), bytes);
  }

  /** Takes so much more and returns true, or returns false if there is not so much. */
  public boolean tryTake(int bytes) {
    return acquire(memory, bytes, Duration.ZERO) == Grant.GRANTED;
  }

  /** Returns the room for entries with their values; there is none in it yet. */
  public PageRoom forEntries() {
    return new PageRoom(this, largestValue);
  }

  /** Returns the room for entries without their values. */
  public PageRoom forMetadata() {
    return new PageRoom(this, 0);
  }

  /** Like {@link #takeSoon}, for entries that are going to be read. */
  void takePageSoon(long bytes) {
    require(pages, acquire(pages, bytes, PATIENCE), bytes);
  }

  /** Like {@link #tryTake}, for entries that are going to be read. Leaves room for one entry. */
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

  /** Returns whether this request could have so much more, were it the only one. */
  private synchronized boolean isPossible(Shares from, long bytes) {
    return (from == memory ? taken : takenPages) + bytes <= from.perClient();
  }

  /** Not synchronized: it may wait, and the answer may end meanwhile. */
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

  /** Gives everything back, for good. */
  private synchronized void end() {
    if (!ended) {
      memory.release(client, taken);
      pages.release(client, takenPages);
    }
    ended = true;
  }
}
