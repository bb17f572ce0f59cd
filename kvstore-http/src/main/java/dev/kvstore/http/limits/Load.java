package dev.kvstore.http.limits;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The concurrency and memory limits of the service, in total and per client.
 *
 * @param workers execute requests
 * @param requests limits the requests of each client that are executed or wait for a worker
 * @param memory limits the bytes of bodies and responses in memory
 * @param pages limits the bytes of entries that were read but not written yet
 * @param largestValue the maximum size of a value in bytes
 */
public record Load(Workers workers, Turns requests, Shares memory, Shares pages, int largestValue) {
  /** The maximum number of requests executed at a time; others wait. */
  public static final int MAX_REQUESTS = 250;

  /**
   * The maximum ratio of JSON to BSON: a character of one byte in BSON takes at most six in JSON,
   * as a Unicode escape.
   */
  public static final int JSON_GROWTH = 6;

  /** The fraction of the process's memory for bodies and responses; half of that is for pages. */
  private static final int MEMORY_PART = 8;

  /** The fraction if the largest request and its response would take nearly all of that. */
  private static final int SMALL_MEMORY_PART = 4;

  /** How long a request waits for others of its client, so that a burst is not refused. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /**
   * Returns limits for this machine.
   *
   * @param maxBody the maximum size of a request's body in bytes
   * @param perClient the maximum number of requests of a client executed at a time
   * @param executor must have more threads than {@link #MAX_REQUESTS}
   */
  public static Load of(int largestValue, int maxBody, int perClient, Executor executor) {
    long page = (long) PageRoom.SCAN_BYTES + largestValue;
    long largest = Math.max(maxBody, JSON_GROWTH * page);
    long memory = memory(Runtime.getRuntime().maxMemory(), largest);
    return new Load(
        new Workers(MAX_REQUESTS, executor),
        new Turns(perClient, PATIENCE),
        new Shares(memory, Math.max(memory / 4, largest)),
        pages(memory, largestValue),
        largestValue);
  }

  /**
   * Returns the memory for entries that were read but not written yet.
   *
   * @param memory the memory of all clients for bodies and responses
   */
  public static Shares pages(long memory, int largestValue) {
    long least = PageRoom.mostBytes(largestValue);
    return new Shares(Math.max(memory / 2, least), Math.max(memory / 8, least));
  }

  /**
   * Returns the memory of all clients: enough for the largest request, and for a second one if
   * possible.
   */
  private static long memory(long whole, long largest) {
    long two = Math.min(2 * largest, whole / SMALL_MEMORY_PART);
    return Math.max(whole / MEMORY_PART, Math.max(two, largest));
  }

  /**
   * Runs a further part of a request on a worker, in a turn of its client.
   *
   * @param whenRejected called instead if the service has stopped
   */
  public void goOn(String client, Runnable work, Runnable whenRejected) {
    requests.await(
        client, () -> workers.runLater(inTurn(client, work), inTurn(client, whenRejected)));
  }

  /** Returns the work followed by the end of the client's turn. */
  public Runnable inTurn(String client, Runnable work) {
    return () -> {
      try {
        work.run();
      } finally {
        requests.release(client);
      }
    };
  }

  /** Returns the memory account of one request, which ends with the response. */
  public Room room(String client, boolean write, Consumer<Runnable> whenAnswered) {
    return new Room(memory, pages, client, write, largestValue, whenAnswered);
  }
}
